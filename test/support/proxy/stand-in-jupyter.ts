import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

type Seen = {
  method: string;
  line: string;
  headers: IncomingHttpHeaders;
  /** So far. */
  body(): Buffer;
};

type Answer = (res: ServerResponse) => void;

export type StandInJupyter = {
  /** Without a path. */
  origin: string;
  /** Every request, and every upgrade, that came through. */
  seen: Seen[];
  sockets: Set<WebSocket>;
  /** What it answers from now on; it tells what it saw until then. */
  answerWith(answer: Answer): void;
  /** As a host whose power went: connections break, and nobody listens any more. */
  die(): Promise<void>;
};

/** A server that remembers what reaches it, and says back over its WebSockets what it is told. */
export async function startStandInJupyter(): Promise<StandInJupyter> {
  const seen: Seen[] = [];
  const sockets = new Set<WebSocket>();
  const connections = new Set<Socket>();
  let answer: Answer = (res) => {
    res.setHeader('content-type', 'text/html');
    res.end(`You asked for ${res.req.url}`);
  };
  const server = createServer((req, res) => {
    const { method = '', url: line = '', headers } = req;
    const chunks: Buffer[] = [];
    seen.push({ method, line, headers, body: () => Buffer.concat(chunks) });
    req.on('error', () => {});
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer(res);
  });
  const echo = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 * 1024 });
  server.on('upgrade', (req, socket, head) => {
    const { url: line = '', headers } = req;
    seen.push({ method: 'UPGRADE', line, headers, body: () => Buffer.alloc(0) });
    echo.handleUpgrade(req, socket, head, (joined) => {
      sockets.add(joined);
      joined.on('close', () => sockets.delete(joined));
      joined.on('error', () => {});
      joined.on('message', (message, isBinary) => joined.send(message, { binary: isBinary }));
    });
  });
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    sockets,
    answerWith(next) {
      answer = next;
    },
    async die() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of connections) socket.resetAndDestroy();
      if (server.listening || connections.size > 0) await closed;
    },
  };
}
