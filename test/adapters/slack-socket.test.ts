import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createConnection } from '../../adapters/slack/socket.ts';
import { createSystemClock } from '../../adapters/system/clock.ts';
import { secretOf } from '../../core/secret.ts';
import { quietLog } from '../support/site.ts';

/** Slack, which gives an address and whose connection never says hello, or nothing at all. */
async function startSlack() {
  let isSilent = false;
  const asked = Promise.withResolvers<void>();
  const met = Promise.withResolvers<WebSocket>();
  const answers: (() => void)[] = [];
  const server = createServer((_request, response) => {
    const { port } = server.address() as AddressInfo;
    const answer = () =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${port}/` }));
    asked.resolve();
    if (isSilent) answers.push(answer);
    else answer();
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => met.resolve(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    asked: asked.promise,
    met: met.promise,
    beSilent() {
      isSilent = true;
    },
    speak() {
      for (const answer of answers) answer();
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

let slack: Awaited<ReturnType<typeof startSlack>>;
const rejected: unknown[] = [];
const note = (reason: unknown) => void rejected.push(reason);
beforeEach(async () => {
  slack = await startSlack();
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  process.off('unhandledRejection', note);
  await slack.close();
});

function connect() {
  const ending = new AbortController();
  const clock = createSystemClock();
  const appToken = secretOf('xapp-1');
  const { run } = createConnection({ appToken, apiUrl: slack.apiUrl, clock, log: quietLog });
  return { running: run(ending.signal), end: () => ending.abort() };
}

it('ends in order before Slack has said hello', async () => {
  const { running, end } = connect();
  const socket = await slack.met;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  end();
  await running;
  await closed;
  await nextTurn();
  expect(rejected).toEqual([]);
});

it('does not wait for an address when it is to end, and lets no late connection stand', async () => {
  slack.beSilent();
  const { running, end } = connect();
  await slack.asked;
  end();
  await running;
  slack.speak();
  const socket = await slack.met;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.send(JSON.stringify({ type: 'hello', num_connections: 1 }));
  await closed;
  expect(rejected).toEqual([]);
});
