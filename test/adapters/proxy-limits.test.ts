import { expect, it } from 'vitest';
import { createExchanges } from '../../adapters/proxy/exchanges.ts';
import { closeServer, createWebServer } from '../../adapters/proxy/server.ts';
import { askRaw } from '../support/proxy/ask.ts';
import { closeAfterEach, publicHost, stageProxy } from '../support/proxy/stage.ts';

closeAfterEach();

const noon = new Date('2026-05-04T12:00:00Z');

const raw = (line: string, headers: readonly string[]) =>
  `${line}\r\n${[`Host: ${publicHost}`, 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`;

async function statusOf(port: number, line: string, headers: readonly string[] = []) {
  return Number((await askRaw(port, raw(line, headers))).slice(9, 12));
}

it('an address of 8,192 characters is read, and a longer one is not', async () => {
  const { port } = await stageProxy();
  const lineOf = (length: number) => `GET /${'a'.repeat(length - 1)} HTTP/1.1`;
  expect(await statusOf(port, lineOf(8192))).toBe(404);
  expect(await statusOf(port, lineOf(8193))).toBe(414);
});

it('200 headers are read, and more are not', async () => {
  const { port } = await stageProxy();
  const headersUpTo = (all: number) => Array.from({ length: all - 2 }, (_, at) => `X-${at}: 1`);
  expect(await statusOf(port, 'GET / HTTP/1.1', headersUpTo(200))).toBe(200);
  expect(await statusOf(port, 'GET / HTTP/1.1', headersUpTo(201))).toBe(431);
});

it('headers of 32 KiB are read, and of 33 are not', async () => {
  const { port } = await stageProxy();
  const kib = (count: number) => [`X-Long: ${'a'.repeat(count * 1024 - 200)}`];
  expect(await statusOf(port, 'GET / HTTP/1.1', kib(32))).toBe(200);
  expect(await statusOf(port, 'GET / HTTP/1.1', kib(33))).toBe(431);
});

it('a stranger gets so many connections and so long for a head, and a body all the time it takes', () => {
  const { server } = createWebServer(null, {
    onRequest: async () => undefined,
    onUpgrade: async () => undefined,
  });
  const { maxConnections, headersTimeout, requestTimeout, keepAliveTimeout } = server;
  expect({ maxConnections, headersTimeout, requestTimeout, keepAliveTimeout }).toEqual({
    maxConnections: 10_000,
    headersTimeout: 20_000,
    requestTimeout: 0,
    keepAliveTimeout: 75_000,
  });
});

it('closing waits three seconds for answers that are under way, and no longer', async () => {
  const { server } = createWebServer(null, {
    onRequest: async () => undefined,
    onUpgrade: async () => undefined,
  });
  server.listen(0, '127.0.0.1');
  const exchanges = createExchanges();
  const ended: string[] = [];
  const { route } = await stageProxy();
  exchanges.opened(route, { end: () => ended.push('socket'), lasts: true });
  exchanges.opened(route, { end: () => ended.push('answer'), lasts: false });
  const slept: number[] = [];
  const clock = {
    now: () => noon,
    async sleep(milliseconds: number) {
      slept.push(milliseconds, ended.length);
    },
  };
  await closeServer(server, { clock, exchanges });
  expect(slept).toEqual([3000, 1]);
  expect(ended).toEqual(['socket', 'socket', 'answer']);
});
