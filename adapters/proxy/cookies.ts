import { pathOf } from './address.ts';
import { cookieSeconds } from './signatures.ts';

/** A browser lets no page without TLS set the first. */
const secureName = '__Secure-dibs-session';
const plainName = 'dibs-session';
/** A page of the origin can put cookies of any name before ours; so many are looked at. */
const mostLookedAt = 4;

export function cookieFor(name: string, value: string, isSecure: boolean): string {
  const [cookie, secure] = isSecure ? [secureName, '; Secure'] : [plainName, ''];
  const where = `Path=${pathOf(name)}; Max-Age=${cookieSeconds}`;
  return `${cookie}=${value}; ${where}; HttpOnly; SameSite=Lax${secure}`;
}

/** The values that came under our name, and the rest of the header for the session, if any. */
export function splitCookies(
  header: string | undefined,
  isSecure: boolean,
): { ours: string[]; rest: string | null } {
  if (header === undefined) return { ours: [], rest: null };
  const wanted = isSecure ? secureName : plainName;
  const ours: string[] = [];
  const rest: string[] = [];
  for (const pair of header.split(';')) {
    const name = nameIn(pair);
    if (!isOurs(name)) rest.push(pair.trim());
    else if (name === wanted && ours.length < mostLookedAt)
      ours.push(pair.slice(pair.indexOf('=') + 1).trim());
  }
  return { ours, rest: rest.length > 0 ? rest.join('; ') : null };
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

function isOurs(name: string): boolean {
  const plain = name.toLowerCase();
  return plain === plainName || plain === secureName.toLowerCase();
}
