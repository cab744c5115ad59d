import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Log } from '../../core/ports.ts';

export type WebServer = { port: number; close(): Promise<void> };

/**
 * Listens, and resolves when it does. Rejects with a sentence when the port is taken. What goes
 * wrong later is logged, and it listens on.
 */
export function listen(
  app: Hono,
  { bind, port }: { bind: string; port: number },
  log: Log,
): Promise<WebServer> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: bind, port }, (address: AddressInfo) => {
      server.off('error', refuse);
      server.on('error', (error: Error) => log.error('the web server had an error', { error }));
      resolve({
        port: address.port,
        close: () =>
          new Promise<void>((done) => {
            server.close(() => done());
            // Open event streams would keep it from closing.
            if ('closeAllConnections' in server) server.closeAllConnections();
          }),
      });
    });
    const refuse = (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} is taken. Set DIBS_PORT to another one.`;
      reject(error.code === 'EADDRINUSE' ? new Error(taken, { cause: error }) : error);
    };
    server.once('error', refuse);
  });
}
