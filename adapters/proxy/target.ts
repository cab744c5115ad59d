import { isSessionName } from './address.ts';

export type Target =
  | { kind: 'front' }
  | { kind: 'link'; signed: string }
  /** The button by which a browser leaves its holder, on that session's host. */
  | { kind: 'leave'; name: string }
  /** `rest`: what follows `/s/<name>/`, with its query. Null where that slash is missing. */
  | { kind: 'session'; name: string; rest: string | null }
  | { kind: 'nowhere' }
  | { kind: 'unreadable' }
  | { kind: 'too_long' };

const mostCharacters = 8192;

/**
 * What a request asks for, read from the request line as it came. Nothing is decoded or tidied: what
 * the session's server might read in another way than we do is refused.
 */
export function parseTarget(line: string): Target {
  if (line.length > mostCharacters) return { kind: 'too_long' };
  const [, path = ''] = /^([^?]*)/.exec(line) ?? [];
  if (!line.startsWith('/') || line.startsWith('//') || !isReadable(line, path))
    return { kind: 'unreadable' };
  if (path === '/') return { kind: 'front' };
  const [, top, name = '', slash] = /^\/(s|open|leave)\/([^/]+)(\/)?/.exec(path) ?? [];
  if (top === 'open' && slash === undefined) return { kind: 'link', signed: name };
  if (top === undefined || !isSessionName(name)) return { kind: 'nowhere' };
  if (top === 'leave' && slash === undefined) return { kind: 'leave', name };
  if (top !== 's') return { kind: 'nowhere' };
  const rest = slash === undefined ? null : line.slice('/s/'.length + name.length + 1);
  return { kind: 'session', name, rest };
}

/** Absolute forms, fragments and bytes that no client puts there are not asked for by any page. */
function isReadable(line: string, path: string): boolean {
  if (/[^\x21-\x7e]|#/.test(line) || /\\|%5c|%00/i.test(path)) return false;
  if (!path.includes('.') && !path.includes('%')) return true;
  // Read as the laxest of servers would, no step leads upwards.
  const segments = path.replaceAll(/%2e/gi, '.').replaceAll(/%2f/gi, '/').split('/');
  return segments.every((segment) => segment !== '.' && segment !== '..');
}
