import { rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from '../../adapters/docker/connection.ts';

/** A socket in front of an engine, which can go away and come back while containers run. */
export type EngineProxy = {
  socketPath: string;
  disconnect(): Promise<void>;
  reconnect(): Promise<void>;
  /** Answers the next start of a container in the engine's place: 500 with this message. */
  refuseNextStart(message: string): void;
};

export async function startEngineProxy(engine: ConnectionOptions): Promise<EngineProxy> {
  const socketPath = join(tmpdir(), `dibs-proxy-${process.pid}-${performance.now()}.sock`);
  let server: Server;
  let refusal: string | null = null;

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (!refusal || !/\/containers\/[^/]+\/start$/.test(request.url ?? '')) {
      return forward(engine, request, response);
    }
    const body = JSON.stringify({ message: refusal });
    refusal = null;
    response.writeHead(500, { 'content-type': 'application/json' }).end(body);
  };

  const proxy: EngineProxy = {
    socketPath,
    async disconnect() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await rm(socketPath, { force: true });
    },
    reconnect() {
      server = createServer(answer);
      return new Promise((resolve) => server.listen(socketPath, resolve));
    },
    refuseNextStart(message) {
      refusal = message;
    },
  };
  await proxy.reconnect();
  return proxy;
}

function forward(engine: ConnectionOptions, request: IncomingMessage, response: ServerResponse) {
  // Not the host, which would be taken for the name that the certificate must show.
  const { host: _, ...headers } = request.headers;
  const { method, url: path } = request;
  const send = 'socketPath' in engine ? httpRequest : httpsRequest;
  const upstream = send({ ...engine, method, path, headers });
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('error', () => response.destroy()).pipe(response);
  });
  upstream.on('error', () => response.destroy());
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
}
