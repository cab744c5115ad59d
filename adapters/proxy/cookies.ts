import { pathOf } from './address.ts';
import { cookieSeconds } from './signatures.ts';

/** A browser lets no page without TLS set the first of each, and no other host the holder's. */
const sessionNames = { secure: '__Secure-dibs-session', plain: 'dibs-session' };
const holderNames = { secure: '__Host-dibs-holder', plain: 'dibs-holder' };
/** A page of the origin can put cookies of any name before ours; so many are looked at. */
const mostLookedAt = 4;

export function cookieFor(name: string, value: string, isSecure: boolean): string {
  return cookieOf(sessionNames, { value, path: pathOf(name), isSecure });
}

/** Of the whole origin: whose links are followed in this browser. */
export function holderCookieFor(value: string, isSecure: boolean): string {
  return cookieOf(holderNames, { value, path: '/', isSecure });
}

function cookieOf(
  names: typeof sessionNames,
  { value, path, isSecure }: { value: string; path: string; isSecure: boolean },
): string {
  const [name, secure] = isSecure ? [names.secure, '; Secure'] : [names.plain, ''];
  const where = `Path=${path}; Max-Age=${cookieSeconds}`;
  return `${name}=${value}; ${where}; HttpOnly; SameSite=Lax${secure}`;
}

/**
 * The values that came under our names, and the rest of the header for the session, if any. Of the
 * holder's none is left out, or a page could push it out by others that it puts before.
 */
export function splitCookies(
  header: string | undefined,
  isSecure: boolean,
): { ours: string[]; holders: string[]; rest: string | null } {
  const use = isSecure ? 'secure' : 'plain';
  const ours: string[] = [];
  const holders: string[] = [];
  const rest: string[] = [];
  for (const pair of header?.split(';') ?? []) {
    const name = nameIn(pair);
    if (!isOurs(name)) rest.push(pair.trim());
    else if (name === holderNames[use]) holders.push(valueIn(pair));
    else if (name === sessionNames[use] && ours.length < mostLookedAt) ours.push(valueIn(pair));
  }
  return { ours, holders, rest: rest.length > 0 ? rest.join('; ') : null };
}

/** A session's own cookies stay below its path, on its host, and are never called like ours. */
export function confineCookies(cookies: readonly string[], name: string): string[] {
  return cookies.flatMap((cookie) => {
    const [pair = '', ...attributes] = cookie.split(';');
    const called = nameIn(pair);
    if (called === '' || isOurs(called)) return [];
    const own = attributes.filter((text) => !/^\s*(path|domain)\s*(=|$)/i.test(text));
    const asked = attributes.map(pathIn).findLast((path) => path !== null);
    const path = asked?.startsWith(pathOf(name)) ? asked : pathOf(name);
    return [[pair, ...own, ` Path=${path}`].join(';')];
  });
}

function pathIn(attribute: string): string | null {
  return /^\s*path\s*=\s*(\S+)/i.exec(attribute)?.[1] ?? null;
}

function nameIn(pair: string): string {
  const end = pair.indexOf('=');
  return end < 0 ? '' : pair.slice(0, end).trim();
}

function valueIn(pair: string): string {
  return pair.slice(pair.indexOf('=') + 1).trim();
}

const ownNames = new Set(
  [sessionNames, holderNames].flatMap(Object.values<string>).map((name) => name.toLowerCase()),
);

function isOurs(name: string): boolean {
  return ownNames.has(name.toLowerCase());
}
