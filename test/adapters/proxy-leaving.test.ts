import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, vi } from 'vitest';
import { closeAfterEach, publicHost, stageProxy } from '../support/proxy/stage.ts';

closeAfterEach();
const path = '/s/brave-otter/api/kernels/1/channels';
const upgrade =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

async function signedIn() {
  const stage = await stageProxy();
  const cookie = await stage.cookieOf(stage.route);
  const head = `GET ${path} HTTP/1.1\r\nHost: ${publicHost}\r\nCookie: ${cookie}\r\n`;
  return { ...stage, head, headers: { cookie } };
}

/** A client that has asked, and the proxy's end of its connection. */
async function clientWho(port: number, asked: string): Promise<{ client: Socket; near: Socket }> {
  const arrived = Promise.withResolvers<Socket>();
  const take = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    if (socket.localPort === port) arrived.resolve(socket);
  };
  subscribe('net.server.socket', take);
  const client = connect(port, '127.0.0.1');
  client.on('error', () => {});
  client.write(asked);
  const near = await arrived.promise;
  unsubscribe('net.server.socket', take);
  return { client, near };
}

async function leaves({ client, near }: { client: Socket; near: Socket }): Promise<void> {
  const closed = Promise.withResolvers<void>();
  near.once('close', () => closed.resolve());
  client.resetAndDestroy();
  await closed.promise;
}

it.each([
  ['a request', 'POST', 'Content-Length: 0\r\n'],
  ['an upgrade', 'GET', upgrade],
])(
  'who leaves while %s is looked up sends nothing to the session, and is not at work there',
  async (_, method, headers) => {
    const { port, head, headers: own, record, clock, jupyter, get, proxy } = await signedIn();
    clock.jump(2);
    record.reads.length = 0;
    const letOn = record.holdUp();
    const asking = await clientWho(port, `${head.replace('GET', method)}${headers}\r\n`);
    await vi.waitUntil(() => record.reads.length > 0, { interval: 1 });
    await leaves(asking);
    letOn();
    await get('/s/brave-otter/api/later', { headers: own });
    expect(jupyter.seen.map(({ line }) => line)).toEqual(['/s/brave-otter/api/later']);
    expect(proxy.activity()).toEqual([]);
  },
  5000,
);

it('who leaves in the middle of a WebSocket handshake leaves nothing behind', async () => {
  const { port, head, serveRaw, proxy, lines, get } = await signedIn();
  const reached = Promise.withResolvers<Socket>();
  // It takes the upgrade and says nothing.
  await serveRaw((socket) => reached.resolve(socket));
  const asking = await clientWho(port, `${head}${upgrade}\r\n`);
  const far = await reached.promise;
  const closed = once(far, 'close');
  await leaves(asking);
  await closed;
  await get('/');
  expect(proxy.activity()).toEqual([]);
  expect(lines).toEqual([]);
}, 5000);

it('an answer whose reader leaves ends at the session too, and closing waits for nothing', async () => {
  const { port, head, jupyter, proxy } = await signedIn();
  const ended = Promise.withResolvers<void>();
  jupyter.answerWith((res) => {
    res.on('close', ended.resolve);
    res.write('begun');
  });
  const asking = await clientWho(port, `${head}\r\n`);
  await once(asking.client, 'data');
  await leaves(asking);
  await ended.promise;
  expect(proxy.activity()).toEqual([]);
}, 5000);

it('a request that its sender breaks off is told of to nobody, and logged nowhere', async () => {
  const { port, headers, jupyter, lines, get } = await signedIn();
  const begun = Promise.withResolvers<void>();
  const broken = Promise.withResolvers<void>();
  jupyter.answerWith((res) => {
    begun.resolve();
    res.req.on('error', () => broken.resolve());
  });
  const lengths = `Cookie: ${headers.cookie}\r\nContent-Length: 999`;
  const put = `PUT ${path} HTTP/1.1\r\nHost: ${publicHost}\r\n${lengths}\r\n\r\nhalf`;
  const asking = await clientWho(port, put);
  await begun.promise;
  await leaves(asking);
  await broken.promise;
  expect((await get('/')).status).toBe(200);
  expect(lines).toEqual([]);
}, 5000);

it('a request that cannot be passed on ends alone, and is logged', async () => {
  const { port, head, headers, record, route, clock, get, lines } = await signedIn();
  record.open({ ...route, url: 'no address' });
  clock.jump(2);
  await expect(get(path, { headers })).rejects.toThrow('socket hang up');
  const asking = await clientWho(port, `${head}${upgrade}\r\n`);
  await once(asking.client, 'close');
  expect(lines.map((line) => /a request was given up.*Invalid URL/.test(line))).toEqual([
    true,
    true,
  ]);
  expect((await get('/')).status).toBe(200);
}, 5000);
