import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';

export type WebServer = { port: number; close(): Promise<void> };

/** Listens, and resolves when it does. Rejects with a sentence when the port is taken. */
export function listen(
  app: Hono,
  { bind, port }: { bind: string; port: number },
): Promise<WebServer> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: bind, port }, (address: AddressInfo) => {
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
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} is taken. Set DIBS_PORT to another one.`;
      reject(error.code === 'EADDRINUSE' ? new Error(taken, { cause: error }) : error);
    });
  });
}
