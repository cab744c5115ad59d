import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { closeAfterEach, stageProxy } from '../support/proxy/stage.ts';

closeAfterEach();
const path = '/s/brave-otter/lab';
const answer = 'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok';

/** A session whose server breaks a connection at its second request, and tells what reached it. */
async function stageBreaking(isWilling: (socket: Socket, before: number) => boolean) {
  const stage = await stageProxy();
  const headers = { cookie: await stage.cookieOf(stage.route) };
  const seen: string[] = [];
  const answered = new Map<Socket, number>();
  await stage.serveRaw((socket, request) => {
    seen.push(request.slice(0, request.indexOf(' ')));
    const before = answered.get(socket) ?? 0;
    answered.set(socket, before + 1);
    if (isWilling(socket, before)) socket.write(answer);
    else socket.resetAndDestroy();
  });
  const statusOf = async (method: string) => (await stage.get(path, { method, headers })).status;
  return { ...stage, seen, statusOf };
}

it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
  'a %s that a resting connection broke under is not sent a second time',
  async (method) => {
    const { statusOf, seen } = await stageBreaking((_, before) => before === 0);
    expect(await statusOf('GET')).toBe(200);
    expect(await statusOf(method)).toBe(502);
    expect(seen).toEqual(['GET', method]);
  },
);

it('a HEAD is sent a second time, and as a HEAD', async () => {
  const { statusOf, seen } = await stageBreaking((_, before) => before === 0);
  await statusOf('GET');
  expect(await statusOf('HEAD')).toBe(200);
  expect(seen).toEqual(['GET', 'HEAD', 'HEAD']);
});

it('what a fresh connection broke under is not sent again: it may have been read', async () => {
  const { statusOf, seen } = await stageBreaking(() => false);
  expect(await statusOf('GET')).toBe(502);
  expect(seen).toEqual(['GET']);
});

it('the second try takes none of the resting connections, which may all be broken', async () => {
  const { statusOf, seen } = await stageBreaking((_, before) => before === 0);
  await Promise.all([statusOf('GET'), statusOf('GET'), statusOf('GET')]);
  expect(await statusOf('GET')).toBe(200);
  expect(seen).toHaveLength(5);
});

it('there is no third try', async () => {
  let isUp = true;
  const { statusOf, seen } = await stageBreaking((_, before) => isUp && before === 0);
  await statusOf('GET');
  isUp = false;
  expect(await statusOf('GET')).toBe(502);
  expect(seen).toEqual(['GET', 'GET', 'GET']);
});

it('an answer that cannot be read is not asked for again', async () => {
  const stage = await stageProxy();
  const headers = { cookie: await stage.cookieOf(stage.route) };
  let reads = 0;
  await stage.serveRaw((socket) => {
    reads += 1;
    socket.write(reads === 1 ? answer : 'SSH-2.0-OpenSSH_9.2\r\n');
  });
  await stage.get(path, { headers });
  expect((await stage.get(path, { headers })).status).toBe(502);
  expect(reads).toBe(2);
});
