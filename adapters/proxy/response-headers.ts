import type { IncomingHttpHeaders } from 'node:http';
import { type Address, pathOf } from './address.ts';
import { confineCookies } from './cookies.ts';
import type { Passage } from './passage.ts';

/**
 * What a session's server may tell the browser. It is a stranger's script on an origin that it
 * shares with others, so nothing reaches beyond its own path. Null: it leads to somewhere else.
 */
export function responseHeaders(
  received: IncomingHttpHeaders,
  passage: Passage,
  address: Address,
): Record<string, string | string[]> | null {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(received))
    if (value !== undefined && !dropped.has(name)) headers[name] = value;
  const path = pathOf(passage.route.name);
  if (received.location !== undefined) {
    const location = confineLocation(received.location, passage, address);
    if (location === null) return null;
    headers['location'] = location;
  }
  const cookies = confineCookies(received['set-cookie'] ?? [], passage.route.name);
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  const allowed = received['service-worker-allowed'];
  if (typeof allowed === 'string' && allowed.startsWith(path))
    headers['service-worker-allowed'] = allowed;
  return headers;
}

/** Jupyter's own address becomes the public one. */
function confineLocation(location: string, passage: Passage, address: Address): string | null {
  const { route, rest } = passage;
  const own = new URL(route.url);
  const to = URL.parse(location, `${route.url}${rest}`);
  if (to === null || (to.origin !== own.origin && to.origin !== address.originOf(route.name)))
    return null;
  const path = pathOf(route.name);
  const after = `${to.search}${to.hash}`;
  for (const start of [path, own.pathname]) {
    if (to.pathname.startsWith(start)) return `${path}${to.pathname.slice(start.length)}${after}`;
    if (`${to.pathname}/` === start) return `${path}${after}`;
  }
  return null;
}

const dropped = new Set([
  // Looked at one by one.
  'location',
  'service-worker-allowed',
  'set-cookie',
  // These speak for the whole origin or host.
  'alt-svc',
  'clear-site-data',
  'nel',
  'public-key-pins',
  'report-to',
  'strict-transport-security',
  // A site's own server in front would read a file of its own for these.
  'x-accel-redirect',
  'x-lighttpd-send-file',
  'x-reproxy-url',
  'x-sendfile',
  // Between two neighbours only.
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
