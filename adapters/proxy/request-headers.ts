import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Address } from './address.ts';
import { splitCookies } from './cookies.ts';
import type { Passage } from './passage.ts';

/**
 * What a session's server gets to see: neither our cookie nor a way to speak in our name. Frames of
 * the body (its length or its chunks) stay as they are.
 */
export function requestHeaders(
  req: IncomingMessage,
  { route }: Passage,
  address: Address,
): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  const nominated = nominatedBy(req).filter((name) => !framing.has(name));
  for (const [name, value] of Object.entries(req.headers))
    if (!dropped.has(name) && !nominated.includes(name)) headers[name] = value;
  const { rest } = splitCookies(req.headers.cookie, address.isSecure);
  if (rest !== null) headers.cookie = rest;
  const host = address.hostOf(route.name);
  headers.host = host;
  headers.authorization = `token ${route.token}`;
  headers['x-forwarded-for'] = req.socket.remoteAddress ?? '';
  headers['x-forwarded-host'] = host;
  headers['x-forwarded-proto'] = address.isSecure ? 'https' : 'http';
  return headers;
}

/** What is for this connection alone, by its own word. */
export function nominatedBy({ headers }: IncomingMessage): string[] {
  return (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
}

/** What tells where a body ends, which is nobody's to take off. */
export const framing = new Set(['content-length', 'transfer-encoding']);

const dropped = new Set([
  // Ours to say.
  'authorization',
  'cookie',
  'forwarded',
  'host',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
  'x-scheme',
  // Between two neighbours only (RFC 9110, section 7.6.1), or answered here.
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
]);
