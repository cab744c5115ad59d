import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Ack, Payload, Retry, Sent, Transport } from './courier.ts';
import { limits } from './limits.ts';
import { appId, type Workspace } from './workspace.ts';

export type DisconnectReason =
  | 'warning'
  | 'refresh_requested'
  | 'too_many_websockets'
  | 'link_disabled';
export type Sockets = ReturnType<typeof createSockets>;
type Waiting = { socket: WebSocket; settle(ack: Ack): void };

/** Socket Mode: docs.slack.dev/apis/events-api/using-socket-mode. */
export function createSockets({ clock, changed }: Workspace, address: () => string) {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Map<string, number>();
  const open = new Set<WebSocket>();
  const frozen = new Set<WebSocket>();
  const waiting = new Map<string, Waiting>();
  let turn = 0;
  const pings = setInterval(() => {
    for (const socket of open) if (!frozen.has(socket)) socket.ping('Ping from applink-1');
  }, limits.sockets.pingMillis);

  function greet(socket: WebSocket): void {
    if (open.size >= limits.sockets.open) {
      part(socket, 'too_many_websockets');
      return;
    }
    open.add(socket);
    socket.on('message', (frame) => hear(socket, String(frame)));
    socket.on('close', () => forget(socket));
    // A connection that breaks is closed next, and that is listened to.
    socket.on('error', () => {});
    send(socket, {
      type: 'hello',
      num_connections: open.size,
      connection_info: { app_id: appId },
      debug_info: { host: 'applink-1', build_number: 1, approximate_connection_time: 18_060 },
    });
    changed();
  }

  /** Takes an acknowledgement, from the connection that the envelope went to and no other. */
  function hear(socket: WebSocket, frame: string): void {
    const { envelope_id: id, payload } = JSON.parse(frame);
    const found = waiting.get(id);
    if (found?.socket !== socket) return;
    const isEmpty = payload === undefined || Object.keys(payload).length === 0;
    found.settle({ isAcked: true, response: isEmpty ? null : payload });
  }

  function forget(socket: WebSocket): void {
    open.delete(socket);
    for (const one of waiting.values())
      if (one.socket === socket)
        one.settle({ isAcked: false, reason: 'connection_failed', isFinal: false });
    changed();
  }

  function post(id: string, payload: Payload, retry: Retry | null): Promise<Ack> {
    const all = [...open].filter(({ readyState }) => readyState === 1);
    const socket = all[turn++ % Math.max(all.length, 1)];
    if (!socket)
      return Promise.resolve({ isAcked: false, reason: 'connection_failed', isFinal: false });
    const { promise, resolve } = Promise.withResolvers<Ack>();
    const settle = (ack: Ack) => {
      callOff();
      waiting.delete(id);
      resolve(ack);
    };
    const callOff = clock.after(limits.ack.millis, () =>
      settle({ isAcked: false, reason: 'http_timeout', isFinal: false }),
    );
    waiting.set(id, { socket, settle });
    send(socket, {
      type: payload.kind,
      envelope_id: id,
      payload: payload.body,
      accepts_response_payload: payload.kind !== 'events_api',
      ...(retry ? { retry_attempt: retry.attempt, retry_reason: retry.reason } : {}),
    });
    return promise;
  }

  /** A warning leaves the app ten seconds; the rest end the connection. */
  function part(socket: WebSocket, reason: DisconnectReason): void {
    send(socket, { type: 'disconnect', reason, debug_info: { host: 'applink-1' } });
    if (reason === 'warning') clock.after(limits.sockets.warningMillis, () => socket.close(1000));
    else socket.close(1000);
  }

  return {
    newUrl(): string {
      const ticket = randomUUID();
      tickets.set(ticket, clock.now());
      return `${address().replace('http', 'ws')}/link?ticket=${ticket}&app_id=${appId}`;
    },
    /** A URL is good once and soon. */
    upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
      const ticket = new URL(request.url ?? '', 'http://slack').searchParams.get('ticket') ?? '';
      const issuedAt = tickets.get(ticket);
      tickets.delete(ticket);
      if (issuedAt === undefined || clock.now() - issuedAt > limits.sockets.ticketMillis)
        stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
      else server.handleUpgrade(request, stream, head, greet);
    },
    transport: { send: sendUnder } satisfies Transport,
    disconnect(reason: DisconnectReason): void {
      for (const socket of open) part(socket, reason);
    },
    /** The connections of now stay open, and nothing comes through them any more. */
    freeze(): void {
      for (const socket of open) {
        frozen.add(socket);
        socket.pause();
      }
    },
    thaw(): void {
      for (const socket of frozen) socket.resume();
      frozen.clear();
    },
    cut(): void {
      for (const socket of open) socket.terminate();
    },
    count: () => open.size,
    stop(): void {
      clearInterval(pings);
      for (const socket of open) socket.terminate();
    },
  };

  function send(socket: WebSocket, frame: object): void {
    if (!frozen.has(socket)) socket.send(JSON.stringify(frame));
  }

  function sendUnder(payload: Payload, retry: Retry | null, id: string = randomUUID()): Sent {
    return { ack: post(id, payload, retry), again: () => sendUnder(payload, retry, id) };
  }
}
