import type { MiddlewareHandler } from 'hono';

/** `localhost:8080`, `127.0.0.1`, `[::1]:8080`. */
export function isLoopbackName(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}

/**
 * Only this machine's own pages speak to the console. A page elsewhere could reach the port from
 * its visitor's browser, by a name of its own that leads to 127.0.0.1 or by a request across
 * origins: the first is seen by its Host, the second by its Origin.
 */
export const onlyLoopback: MiddlewareHandler = async (context, next) => {
  const host = context.req.header('host') ?? '';
  if (!isLoopbackName(host))
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
