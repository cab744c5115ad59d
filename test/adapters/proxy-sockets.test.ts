import { once } from 'node:events';
import { expect, it, vi } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import type { Route } from '../../core/access.ts';
import { askRaw } from '../support/proxy/ask.ts';
import { closeAfterEach, type ProxyStage, publicHost, stageProxy } from '../support/proxy/stage.ts';

closeAfterEach();
const origin = `http://${publicHost}`;
const channels = '/s/brave-otter/api/kernels/1/channels';

function connect(stage: ProxyStage, headers: Record<string, string>, path = channels) {
  const options: ClientOptions = { headers: { host: publicHost, ...headers } };
  const socket = new WebSocket(`ws://127.0.0.1:${stage.port}${path}`, ['v1.kernel'], options);
  socket.on('error', () => {});
  return socket;
}

async function joined(stage: ProxyStage, route: Route = stage.route): Promise<WebSocket> {
  const socket = connect(stage, { cookie: await stage.cookieOf(route) });
  await once(socket, 'open');
  return socket;
}

async function refusalOf(socket: WebSocket): Promise<number> {
  const [, answer] = await once(socket, 'unexpected-response');
  socket.terminate();
  return answer.statusCode;
}

it('10,000 WebSocket messages come through and back in their order', async () => {
  const stage = await stageProxy();
  const socket = await joined(stage);
  const received: string[] = [];
  const all = Promise.withResolvers<void>();
  socket.on('message', (message) => {
    if (received.push(String(message)) === 10_000) all.resolve();
  });
  // Of all sizes that a frame's head has a form for.
  const sizes = [0, 1, 125, 126, 127, 4096, 70_000];
  const sent = Array.from(
    { length: 10_000 },
    (_, at) => `${at} ${'x'.repeat(at % 500 === 0 ? 70_000 : (sizes[at % 6] ?? 0))}`,
  );
  for (const message of sent) socket.send(message);
  await all.promise;
  expect(received).toEqual(sent);
  socket.close();
});

it('the session gets its token with an upgrade, and the browser neither it nor cookies of others', async () => {
  const stage = await stageProxy();
  const { jupyter, route } = stage;
  const cookie = `${await stage.cookieOf(route)}; _xsrf=1`;
  const socket = connect(stage, { cookie, authorization: 'token of-somebody', origin });
  const [upgrade] = await once(socket, 'upgrade');
  expect(jupyter.seen[0]).toMatchObject({
    method: 'UPGRADE',
    line: channels,
    headers: {
      host: publicHost,
      authorization: `token ${route.token}`,
      cookie: '_xsrf=1',
      'x-forwarded-for': '127.0.0.1',
    },
  });
  expect(Object.keys(upgrade.headers).sort()).toEqual([
    'connection',
    'sec-websocket-accept',
    'sec-websocket-protocol',
    'upgrade',
  ]);
  socket.close();
});
it('no upgrade is made without a cookie, for a page elsewhere or along a crooked path', async () => {
  const stage = await stageProxy();
  const cookie = await stage.cookieOf(stage.route);
  const statuses = await Promise.all(
    [
      connect(stage, {}),
      connect(stage, { cookie: `${cookie}x` }),
      connect(stage, { cookie, origin: 'https://elsewhere.example' }),
      connect(stage, { cookie, origin: 'null' }),
      connect(stage, { cookie, 'sec-fetch-site': 'same-site' }),
      connect(stage, { cookie, host: 'elsewhere.example' }),
      connect(stage, { cookie }, '/s/brave-otter/..%2fcalm-heron/'),
      connect(stage, { cookie }, '/s/calm-heron/api'),
      connect(stage, { cookie }, '/'),
    ].map(refusalOf),
  );
  expect(statuses).toEqual([403, 403, 403, 403, 403, 421, 400, 403, 200]);
  expect(stage.jupyter.seen).toEqual([]);
  expect(stage.proxy.activity()).toEqual([]);
});

it('an answer that is no upgrade is passed on, with what it may say', async () => {
  const stage = await stageProxy();
  const cookie = await stage.cookieOf(stage.route);
  const said =
    'HTTP/1.1 404 Made Up\r\nSet-Cookie: a=1; Path=/\r\nClear-Site-Data: "*"\r\n\r\ngone';
  await stage.serveRaw((socket) => socket.end(said));
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  const lines = [`GET ${channels} HTTP/1.1`, `Host: ${publicHost}`, `Cookie: ${cookie}`];
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const told = await askRaw(stage.port, `${[...lines, ...upgrade, key].join('\r\n')}\r\n\r\n`);
  expect(told).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
  expect(told).toContain('a=1; Path=/s/brave-otter/');
  expect(told).not.toMatch(/clear-site-data/i);
  expect(told).toContain('gone');
});

it('what is open to a session is ended when the session is over, though its host says nothing', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
  try {
    const stage = await stageProxy();
    const heron = await stage.openSession('calm-heron', 'carol');
    const socket = await joined(stage);
    const cookie = await stage.cookieOf(heron.route);
    const other = connect(stage, { cookie }, '/s/calm-heron/api');
    await once(other, 'open');
    stage.record.end('brave-otter');
    const closed = once(socket, 'close');
    await vi.advanceTimersByTimeAsync(10_000);
    await closed;
    expect(other.readyState).toBe(WebSocket.OPEN);
    expect(stage.lines).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

it('each side that leaves takes the other with it', async () => {
  const stage = await stageProxy();
  const first = await joined(stage);
  const [far] = stage.jupyter.sockets;
  first.terminate();
  if (far) await once(far, 'close');
  const second = await joined(stage);
  const closed = once(second, 'close');
  for (const end of stage.jupyter.sockets) end.close(4000, 'restarting');
  const [code, reason] = await closed;
  expect([code, String(reason)]).toEqual([4000, 'restarting']);
  expect(stage.jupyter.sockets.size).toBe(0);
});

it('counts connections, and says of them until they are gone', async () => {
  const stage = await stageProxy();
  const { sessionId } = stage.route;
  const count = () => stage.proxy.activity().map(({ connections }) => connections);
  const sockets = [await joined(stage), await joined(stage)];
  expect(stage.proxy.activity()).toMatchObject([{ sessionId, connections: 2 }]);
  expect(count()).toEqual([2]);
  for (const socket of sockets) socket.close();
  await vi.waitUntil(() => stage.proxy.activity().every(({ connections }) => connections === 0));
  expect(count()).toEqual([]);
});

it('a page left open is not somebody at work: it reads, pings and pongs by itself', async () => {
  const stage = await stageProxy();
  const { clock, proxy, route, jupyter } = stage;
  const socket = await joined(stage);
  const headers = { cookie: await stage.cookieOf(route) };
  const lastActive = () => proxy.activity()[0]?.lastActiveAt.getTime() ?? 0;
  const before = lastActive();
  clock.jump(600);
  await stage.get('/s/brave-otter/api/kernels', { headers });
  await stage.get('/s/brave-otter/api/kernels', {
    headers: { ...headers, accept: 'text/html', 'sec-fetch-mode': 'cors' },
  });
  const [far] = jupyter.sockets;
  far?.ping();
  await once(socket, 'ping');
  socket.ping();
  await once(socket, 'pong');
  far?.send('a kernel says something');
  await once(socket, 'message');
  expect(lastActive()).toBe(before);
  socket.close();
});

it.each(['a message', 'a navigation', 'a write'])('%s is somebody at work', async (what) => {
  const stage = await stageProxy();
  const { clock, proxy, route } = stage;
  const socket = await joined(stage);
  const cookie = await stage.cookieOf(route);
  const lastActive = () => proxy.activity()[0]?.lastActiveAt.getTime() ?? 0;
  const before = lastActive();
  clock.jump(600);
  if (what === 'a message') {
    socket.send('1 + 1');
    await once(socket, 'message');
  } else if (what === 'a navigation')
    await stage.get('/s/brave-otter/lab', { headers: { cookie, 'sec-fetch-mode': 'navigate' } });
  else await stage.get('/s/brave-otter/api/sessions', { method: 'POST', headers: { cookie } });
  expect(lastActive()).toBeGreaterThanOrEqual(before + 600_000);
  socket.close();
});
