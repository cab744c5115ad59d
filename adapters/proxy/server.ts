import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock, Log } from '../../core/ports.ts';
import type { Certificate } from './certificate.ts';
import type { Exchanges } from './exchanges.ts';
import { keepAliveMillis } from './forward.ts';
import type { Reception } from './reception.ts';

export type WebServer = {
  server: Server | SecureServer;
  /** From the next connection on. */
  take(certificate: Certificate): void;
};

/** With limits on all that a stranger can send; bodies and answers take as long as they take. */
export function createWebServer(
  certificate: Certificate | null,
  { onRequest, onUpgrade }: Reception,
): WebServer {
  const secure = certificate && createSecureServer({ ...limits, ...certificate });
  const server = secure ?? createServer(limits);
  server.maxConnections = mostConnections;
  server.maxHeadersCount = mostHeaders;
  server.on('request', (req, res) => void onRequest(req, res));
  // Who asks before sending a body is told to go on only when the body is wanted.
  server.on('checkContinue', (req, res) => void onRequest(req, res));
  server.on('upgrade', (req, socket, head) => void onUpgrade(req, socket as Socket, head));
  return { server, take: (renewed) => void secure?.setSecureContext(renewed) };
}

/** Rejects with a sentence when the port is taken. What goes wrong later is logged, and it listens on. */
export function listen(
  server: Server | SecureServer,
  { port, bind }: { port: number; bind: string },
  log: Log,
): Promise<{ port: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ port: number }>();
  const refuse = (error: NodeJS.ErrnoException) => {
    const taken = `Port ${port} is taken. Set proxy.port to another one.`;
    reject(error.code === 'EADDRINUSE' ? new Error(taken, { cause: error }) : error);
  };
  server.once('error', refuse);
  server.listen(port, bind, () => {
    server.off('error', refuse);
    server.on('error', (error) => log.error('the server of the sessions had an error', { error }));
    resolve({ port: (server.address() as AddressInfo).port });
  });
  return promise;
}

/** WebSockets have no end of their own; answers under way have `graceMillis` for theirs. */
export async function closeServer(
  server: Server | SecureServer,
  { clock, exchanges }: { clock: Clock; exchanges: Exchanges },
): Promise<void> {
  const closed = new AbortController();
  server.close(() => closed.abort());
  server.closeIdleConnections();
  exchanges.endAll({ lasting: true });
  await clock.sleep(graceMillis, closed.signal);
  exchanges.endAll({ lasting: false });
  server.closeAllConnections();
}

const graceMillis = 3000;
const mostConnections = 10_000;
const mostHeaders = 200;

const limits = {
  maxHeaderSize: 32 * 1024,
  headersTimeout: 20_000,
  requestTimeout: 0,
  // Longer than servers in front rest a connection, so that they never take up one that we close.
  keepAliveTimeout: 75_000,
  keepAlive: true,
  keepAliveInitialDelay: keepAliveMillis,
  shouldUpgradeCallback: (req: IncomingMessage) =>
    req.headers.upgrade?.toLowerCase() === 'websocket',
} as const;
