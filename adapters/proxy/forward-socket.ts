import { type ClientRequest, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ProxyServer } from 'http-proxy-3';
import { createClientFrames } from './client-frames.ts';
import { connectMillis, type ForwardDeps, keepAliveMillis } from './forward.ts';
import { lineOf, type Passage } from './passage.ts';
import { requestHeaders } from './request-headers.ts';
import { responseHeaders } from './response-headers.ts';
import { silent } from './said.ts';
import { sayRaw } from './say.ts';

type Asked = { req: IncomingMessage; socket: Socket; head: Buffer };

export type ForwardSocket = (asked: Asked, passage: Passage) => void;

/** Joins a browser's WebSocket to the session's. What passes is counted, not changed. */
export function createForwardSocket(deps: ForwardDeps): ForwardSocket {
  const proxy = new ProxyServer({
    connectTimeout: connectMillis,
    prependPath: false,
    toProxy: true,
  });
  const underway = new WeakMap<IncomingMessage, Passage>();
  const isJoined = new WeakSet<Socket>();

  // What is said here is heard before the library's own listeners.
  proxy.on('proxyReqWs', (request, req, socket) => {
    const passage = underway.get(req);
    if (!passage) return;
    request.once('upgrade', (answer, far) => {
      answer.headers = upgradeHeaders(answer);
      join(far, { socket, passage });
    });
    request.once('response', (answer) => {
      answer.headers = refusalHeaders(answer, passage);
      answer.statusMessage = STATUS_CODES[answer.statusCode ?? 0] ?? '';
      answer.once('close', () => socket.destroySoon());
    });
    endWith(socket, request);
  });
  proxy.on('error', () => {});

  function join(far: Socket, { socket, passage }: { socket: Socket; passage: Passage }) {
    const { sessionId } = passage.route;
    isJoined.add(socket);
    deps.trouble.over(passage.route);
    deps.activity.connected(sessionId);
    const over = deps.exchanges.opened(passage.route, { end, lasts: true });
    socket.once('close', () => {
      over();
      deps.activity.disconnected(sessionId);
      far.destroySoon();
    });
    far.once('close', () => socket.destroySoon());
    // A host that vanished says nothing: it is asked.
    far.setKeepAlive(true, keepAliveMillis);
    socket.on(
      'data',
      createClientFrames(() => deps.activity.touch(sessionId)),
    );

    function end() {
      far.destroy();
      socket.destroySoon();
    }
  }

  /** Of an answer that is no upgrade, made fit to be passed on. */
  function refusalHeaders(answer: IncomingMessage, passage: Passage) {
    const headers = responseHeaders(answer.headers, passage, deps.address) ?? {};
    delete headers['content-length'];
    return { ...headers, connection: 'close' };
  }

  return ({ req, socket, head }, passage) => {
    const { connection, upgrade } = req.headers;
    req.headers = { ...requestHeaders(req, passage, deps.address), connection, upgrade };
    req.url = lineOf(passage);
    underway.set(req, passage);
    const target = new URL(passage.route.url);
    proxy.ws(req, socket, head, { target }, (error) => {
      if (isJoined.has(socket) || socket.destroyed) return;
      // The library ends it next, so nothing can be looked up before.
      sayRaw(socket, silent(passage.route.name));
      void deps.trouble.of(passage.route, error);
    });
  };
}

/** Who leaves before the session's server answers is not waited for. */
function endWith(socket: Socket, request: ClientRequest): void {
  const leave = () => request.destroy();
  socket.once('close', leave);
  request.once('upgrade', () => socket.off('close', leave));
}

/** All that a browser looks at in an agreed upgrade. */
function upgradeHeaders({ headers }: IncomingMessage) {
  const kept = Object.entries(headers).filter(([name]) => name.startsWith('sec-websocket-'));
  return { connection: 'Upgrade', upgrade: 'websocket', ...Object.fromEntries(kept) };
}
