import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';

/** `localhost:8080`, `127.0.0.1`, `[::1]:8080`. */
function isLoopbackName(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}

/**
 * Whether somebody at this machine asks: from a loopback address, for a loopback name, and not by
 * way of a proxy, behind which everybody would look so.
 */
export function isLocal(context: Context): boolean {
  const { req } = context;
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some(
    (name) => req.header(name) !== undefined,
  );
  return isLoopbackName(req.header('host') ?? '') && !isForwarded && isLoopbackPeer(context);
}

function isLoopbackPeer(context: Context): boolean {
  // Without a socket there is no network that it could have come by.
  if (context.env?.incoming === undefined) return true;
  const { address = '' } = getConnInfo(context).remote;
  return /^(127\.|::1$|::ffff:127\.)/.test(address);
}

/**
 * Only this machine's own pages speak to the console. A page elsewhere could reach the port from
 * its visitor's browser, by a name of its own that leads to 127.0.0.1 or by a request across
 * origins: the first is seen by its Host, the second by its Origin.
 */
export const onlyLoopback: MiddlewareHandler = async (context, next) => {
  const host = context.req.header('host') ?? '';
  if (!isLocal(context))
    return context.text(`The console is at http://localhost only, not at ${host}.`, 403);
  const origin = context.req.header('origin');
  const isOwn = origin === undefined || origin === `http://${host}`;
  const isCrossSite = context.req.header('sec-fetch-site') === 'cross-site';
  const isReading =
    context.req.method === 'GET' && context.req.header('sec-fetch-mode') === 'navigate';
  if (!isOwn || (isCrossSite && !isReading))
    return context.text('Another page may not use the console.', 403);
  return next();
};
