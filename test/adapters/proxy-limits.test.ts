import { expect, it } from 'vitest';
import { createExchanges } from '../../adapters/proxy/exchanges.ts';
import { closeServer, createWebServer } from '../../adapters/proxy/server.ts';
import { createSignatures } from '../../adapters/proxy/signatures.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { askRaw } from '../support/proxy/ask.ts';
import { closeAfterEach, publicHost, signingKey, stageProxy } from '../support/proxy/stage.ts';

closeAfterEach();
const noon = new Date('2026-05-04T12:00:00Z');
const path = '/s/brave-otter/lab';

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

it.each([
  ['link', 600],
  ['cookie', 7 * 24 * 3600],
  ['holder', 7 * 24 * 3600],
] as const)('a %s is signed for so many seconds', async (use, seconds) => {
  const signatures = createSignatures(signingKey, createFakeClock(noon));
  const holding = { sessionId: 'of-a-session', name: 'brave-otter', holderId: 'bob' };
  const pass = await signatures.read(use, await signatures.signed(use, 'an-id', holding));
  expect(pass).toEqual({
    id: 'an-id',
    ...holding,
    validUntil: new Date(noon.getTime() + seconds * 1000),
  });
});

it('what was signed for one use is read for no other, also when it was read before', async () => {
  const signatures = createSignatures(signingKey, createFakeClock(noon));
  const holding = { sessionId: 'of-a-session', name: 'brave-otter', holderId: 'bob' };
  const uses = ['link', 'cookie', 'holder'] as const;
  for (const use of uses) {
    const text = await signatures.signed(use, 'an-id', holding);
    const read = [];
    for (const other of [use, ...uses]) read.push((await signatures.read(other, text)) !== null);
    expect(read).toEqual([true, ...uses.map((other) => other === use)]);
  }
});

it('a signature of 2,048 characters is read, and a longer one is not', async () => {
  const signatures = createSignatures(signingKey, createFakeClock(noon));
  const lengthOf = async (padding: number) => {
    const holding = { sessionId: 'x'.repeat(padding), name: 'brave-otter', holderId: 'bob' };
    const text = await signatures.signed('cookie', 'an-id', holding);
    return { length: text.length, isRead: (await signatures.read('cookie', text)) !== null };
  };
  const all = await Promise.all(Array.from({ length: 100 }, (_, at) => lengthOf(1300 + at)));
  expect(all.filter(({ length }) => length <= 2048).every(({ isRead }) => isRead)).toBe(true);
  expect(all.filter(({ length }) => length > 2048).some(({ isRead }) => isRead)).toBe(false);
  expect(all.map(({ length }) => length)).toContain(2048);
});

it('a link is good for ten minutes, and not a second longer, looked at or followed', async () => {
  const { get, linkTo, route, clock, record } = await stageProxy();
  clock.stop();
  const validUntil = new Date(clock.now().getTime() + 600_000);
  const [first, second] = [await linkTo(route), await linkTo(route)];
  clock.jump(599);
  expect((await get(first, { method: 'POST' })).headers.location).toBe(path);
  expect(record.usedLinks).toEqual([{ id: expect.any(String), validUntil }]);
  clock.jump(1);
  for (const method of ['GET', 'POST'])
    expect((await get(second, { method })).headers.location).toBe('/s/brave-otter/?link=expired');
});

it('a cookie opens its session for seven days, and not a second longer', async () => {
  const { get, cookieOf, route, clock } = await stageProxy();
  clock.stop();
  const headers = { cookie: await cookieOf(route) };
  clock.jump(7 * 24 * 3600 - 1);
  expect((await get(path, { headers })).status).toBe(200);
  clock.jump(1);
  expect((await get(path, { headers })).status).toBe(403);
});

it('a browser is its holder’s for seven days, and then free for another', async () => {
  const { get, linkTo, route, openSession, clock } = await stageProxy();
  clock.stop();
  const heron = await openSession('calm-heron', 'carol');
  const followed = await get(await linkTo(route), { method: 'POST' });
  const headers = { cookie: followed.headers['set-cookie']?.[1]?.split(';')[0] };
  const statusAfter = async (seconds: number) => {
    clock.jump(seconds);
    return (await get(await linkTo(heron.route), { method: 'POST', headers })).status;
  };
  expect(await statusAfter(7 * 24 * 3600 - 1)).toBe(403);
  expect(await statusAfter(1)).toBe(303);
});

it('while the record cannot be read, a minute is the longest that somebody stays in', async () => {
  const { get, cookieOf, route, record, clock } = await stageProxy();
  clock.stop();
  const headers = { cookie: await cookieOf(route) };
  clock.jump(1);
  await get(path, { headers });
  record.breakWith(new Error('the database is away'));
  clock.jump(60);
  expect((await get(path, { headers })).status).toBe(200);
  clock.jump(1);
  expect((await get(path, { headers })).status).toBe(503);
});

it('what the record said is believed for less than a second', async () => {
  const { get, cookieOf, route, record, clock } = await stageProxy();
  clock.stop();
  const headers = { cookie: await cookieOf(route) };
  clock.jump(1);
  await get(path, { headers });
  record.reads.length = 0;
  clock.jump(0.999);
  await get(path, { headers });
  expect(record.reads).toEqual([]);
  clock.jump(0.001);
  await get(path, { headers });
  expect(record.reads).toEqual(['brave-otter']);
});
