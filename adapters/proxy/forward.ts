import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { ProxyServer } from 'http-proxy-3';
import type { Activity } from './activity.ts';
import type { Address } from './address.ts';
import type { Exchanges } from './exchanges.ts';
import { lineOf, type Passage } from './passage.ts';
import { requestHeaders } from './request-headers.ts';
import { responseHeaders } from './response-headers.ts';
import { unusable } from './said.ts';
import { isNavigation, say } from './say.ts';
import type { Trouble } from './trouble.ts';

export const connectMillis = 10_000;
export const keepAliveMillis = 30_000;

export type ForwardDeps = {
  address: Address;
  activity: Activity;
  exchanges: Exchanges;
  trouble: Trouble;
};

type Underway = Passage & {
  /** Sent, and neither answered nor failed. */
  request: ClientRequest | null;
  isRepeated: boolean;
  fail(error: Error): void;
};

export type Forward = (req: IncomingMessage, res: ServerResponse, passage: Passage) => void;

/** Passes requests on, and answers back as they come: bodies stream both ways. */
export function createForward(deps: ForwardDeps): { forward: Forward; close(): void } {
  const agent = new Agent({
    keepAlive: true,
    keepAliveMsecs: keepAliveMillis,
    maxFreeSockets: 16,
    scheduling: 'lifo',
  });
  const proxy = new ProxyServer({
    agent,
    connectTimeout: connectMillis,
    prependPath: false,
    selfHandleResponse: true,
    toProxy: true,
  });
  const underway = new WeakMap<IncomingMessage, Underway>();

  proxy.on('proxyReq', (request, req) => {
    const passage = underway.get(req);
    if (!passage) return;
    passage.request = request;
    // Of a switch of protocols that nobody asked for, the library tells nothing.
    request.once('close', () => {
      if (passage.request === request) passage.fail(new Error('it closed without an answer'));
    });
  });
  proxy.on('proxyRes', (answer, req, res) => {
    const passage = underway.get(req);
    if (!passage) return;
    passage.request = null;
    deps.trouble.over(passage.route);
    if (answerBack(answer, res, responseHeaders(answer.headers, passage, deps.address))) return;
    answer.destroy();
    void say(req, res, unusable(passage.route.name));
  });
  // Each call has its own; without one here the library would throw.
  proxy.on('error', () => {});

  function send(req: IncomingMessage, res: ServerResponse, passage: Underway) {
    const again = passage.isRepeated ? { agent: false } : {};
    const options = { target: new URL(passage.route.url), ...again };
    proxy.web(req, res, options, passage.fail);
  }

  async function fail({ req, res, passage }: Failing, error: NodeJS.ErrnoException) {
    const { request, route } = passage;
    passage.request = null;
    if (res.headersSent || res.destroyed || req.socket.destroyed) return;
    if (!passage.isRepeated && isStale(error, { req, request })) {
      passage.isRepeated = true;
      return send(req, res, passage);
    }
    await say(req, res, await deps.trouble.of(route, error));
  }

  return {
    forward(req, res, passage) {
      const { route } = passage;
      if (isDoing(req)) deps.activity.touch(route.sessionId);
      if (req.headers.expect !== undefined) res.writeContinue();
      res.once(
        'close',
        deps.exchanges.opened(route, { end: () => void res.destroy(), lasts: false }),
      );
      req.headers = requestHeaders(req, passage, deps.address);
      req.url = lineOf(passage);
      const known: Underway = {
        ...passage,
        request: null,
        isRepeated: false,
        fail: (error) => void fail({ req, res, passage: known }, error),
      };
      underway.set(req, known);
      send(req, res, known);
    },
    close: () => agent.destroy(),
  };
}

/** False, with nothing written, where it cannot be passed on. */
function answerBack(
  answer: IncomingMessage,
  res: ServerResponse,
  headers: OutgoingHttpHeaders | null,
): boolean {
  const status = answer.statusCode ?? 0;
  if (headers === null || status < 200 || status > 599) return false;
  try {
    res.writeHead(status, headers);
  } catch {
    // A header that Node reads and does not write.
    return false;
  }
  answer.pipe(res);
  answer.once('close', () => {
    if (!answer.complete) res.destroy();
  });
  return true;
}

type Failing = { req: IncomingMessage; res: ServerResponse; passage: Underway };

/** A page left open reads by itself; it goes nowhere and changes nothing. */
function isDoing(req: IncomingMessage): boolean {
  const isReading = req.method === 'GET' || req.method === 'HEAD' || req.method === 'OPTIONS';
  return !isReading || (req.method === 'GET' && isNavigation(req));
}

/** The server closed a resting connection just when we took it up: nothing was read of it. */
function isStale(
  error: NodeJS.ErrnoException,
  { req, request }: { req: IncomingMessage; request: ClientRequest | null },
): boolean {
  const isReading = req.method === 'GET' || req.method === 'HEAD';
  return isReading && error.code === 'ECONNRESET' && request?.reusedSocket === true;
}
