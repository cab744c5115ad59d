import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { closeAfterEach, type ProxyStage, publicHost, stageProxy } from '../support/proxy/stage.ts';

closeAfterEach();
const path = '/s/brave-otter/lab';
const silent = 'brave-otter does not answer';

async function signedIn() {
  const stage = await stageProxy();
  const headers = { cookie: await stage.cookieOf(stage.route) };
  return { ...stage, headers };
}

/** An answer that has begun, and a WebSocket. */
async function openPage(stage: ProxyStage, cookie: string) {
  const headers = { host: publicHost, cookie };
  const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/s/brave-otter/ws`, { headers });
  socket.on('error', () => {});
  await once(socket, 'open');
  stage.jupyter.answerWith((res) => res.write('begun'));
  const asking: ClientRequest = request(`http://127.0.0.1:${stage.port}${path}`, { headers });
  asking.on('error', () => {});
  asking.end();
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  answer.on('error', () => {});
  await once(answer, 'data');
  return { socket, answer, asking };
}

it('a host that dies under an open page: sockets close, answers break off, and pages say so', async () => {
  const stage = await signedIn();
  const { headers, get } = stage;
  const { socket, answer } = await openPage(stage, headers.cookie);
  const broken = Promise.all([
    once(socket, 'close'),
    new Promise((over) => answer.once('close', over)),
  ]);
  await stage.jupyter.die();
  await broken;
  expect(answer.complete).toBe(false);
  const page = await get(path, { headers: { ...headers, accept: 'text/html' } });
  expect(page.status).toBe(502);
  expect(page.body).toContain(silent);
  expect(page.body).toContain('/gpu status');
  const fetched = await get('/s/brave-otter/api/kernels', { method: 'POST', headers });
  expect(fetched.status).toBe(502);
  expect(JSON.parse(fetched.body).message).toContain(silent);
  const again = new WebSocket(`ws://127.0.0.1:${stage.port}/s/brave-otter/ws`, {
    headers: { host: publicHost, ...headers },
  });
  again.on('error', () => {});
  const [, refused] = await once(again, 'unexpected-response');
  expect(refused.statusCode).toBe(502);
  expect(stage.lines.filter((line) => line.includes('does not answer'))).toHaveLength(1);
  expect(stage.lines.join()).not.toContain(stage.route.token);
});

it('when it is known by then that the session ended, that is said instead', async () => {
  const { get, headers, record, jupyter } = await signedIn();
  await get(path, { headers });
  await jupyter.die();
  record.end('brave-otter', 'its host stopped answering');
  const told = await get(path, { headers });
  expect(told.status).toBe(410);
  expect(JSON.parse(told.body).message).toContain('its host stopped answering');
});

it('a session that is back at another address is found again at once', async () => {
  const { get, headers, jupyter, openSession, record, route } = await signedIn();
  await get(path, { headers });
  await jupyter.die();
  const { jupyter: moved } = await openSession('calm-heron', 'bob');
  record.open({ ...route, url: `${moved.origin}/s/brave-otter/` });
  expect((await get(path, { headers })).status).toBe(502);
  expect((await get(path, { headers })).status).toBe(200);
});

it.each([
  ['closes at once', (socket) => socket.end()],
  ['breaks off at once', (socket) => socket.resetAndDestroy()],
  ['speaks no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
  ['breaks off in its head', (socket) => socket.end('HTTP/1.1 200 OK\r\nX-A: ')],
  ['has an odd status', (socket) => socket.end('HTTP/1.1 000 OK\r\n\r\n')],
  ['has no such status', (socket) => socket.end('HTTP/1.1 999 OK\r\n\r\n')],
  ['is one over the last status', (socket) => socket.end('HTTP/1.1 600 OK\r\n\r\n')],
  ['switches unasked', (socket) => socket.end('HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\n')],
  [
    'upgrades unasked',
    (socket) => socket.end('HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
  ],
  [
    'leads elsewhere',
    (socket) => socket.end('HTTP/1.1 302 Go\r\nLocation: https://elsewhere.example/\r\n\r\n'),
  ],
  [
    'leads to a neighbour',
    (socket) => socket.end('HTTP/1.1 302 Go\r\nLocation: /s/calm-heron/lab\r\n\r\n'),
  ],
  [
    'climbs to a neighbour',
    (socket) => socket.end('HTTP/1.1 302 Go\r\nLocation: ../calm-heron/lab\r\n\r\n'),
  ],
  [
    'leads to a host',
    (socket) =>
      socket.end('HTTP/1.1 302 Go\r\nLocation: \\\\elsewhere.example\\s\\brave-otter\\\r\n\r\n'),
  ],
] satisfies [string, Parameters<ProxyStage['serveRaw']>[0]][])(
  'an answer that %s is told of, and passed on in no part',
  async (_, treat) => {
    const { get, headers, serveRaw } = await signedIn();
    await serveRaw(treat);
    const told = await get(path, { headers });
    expect(told.status).toBe(502);
    expect(told.headers.location).toBeUndefined();
    expect(JSON.parse(told.body).message).toMatch(/does not answer|cannot be shown/);
  },
);

it('odd words for a status and trailers that were announced harm nobody', async () => {
  const { get, headers, serveRaw } = await signedIn();
  const said = 'HTTP/1.1 200 \x01\x02\r\nTrailer: X-A\r\nContent-Length: 2\r\n\r\nok';
  await serveRaw((socket) => socket.end(said, 'latin1'));
  expect(await get(path, { headers })).toMatchObject({ status: 200, body: 'ok' });
});

it('an answer shorter than it said is broken off, not passed off as whole', async () => {
  const { get, headers, serveRaw } = await signedIn();
  await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort'));
  await expect(get(path, { headers })).rejects.toThrow('aborted');
});

it('a reader who leaves early is not waited for at the far end', async () => {
  const stage = await signedIn();
  const { asking, socket } = await openPage(stage, stage.headers.cookie);
  const res = Promise.withResolvers<void>();
  stage.jupyter.answerWith((far) => {
    far.on('close', res.resolve);
    far.write('begun');
  });
  const second = request(`http://127.0.0.1:${stage.port}${path}`, {
    headers: { host: publicHost, ...stage.headers },
  });
  second.on('error', () => {});
  second.on('response', (answer) =>
    answer.on('error', () => {}).once('data', () => second.destroy()),
  );
  second.end();
  await res.promise;
  asking.destroy();
  socket.terminate();
  expect((await stage.get('/')).status).toBe(200);
});

it('connections that break off anywhere leave the others alone', async () => {
  const { port, get, headers, jupyter } = await signedIn();
  const head = `Host: ${publicHost}\r\nCookie: ${headers.cookie}\r\n`;
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  const begun = [
    'GET /s/brave',
    `GET ${path} HTTP/1.1\r\n${head}`,
    `GET ${path} HTTP/1.1\r\n${head}\r\n`,
    `PUT ${path} HTTP/1.1\r\n${head}Content-Length: 999\r\n\r\nhalf`,
    `GET ${path} HTTP/1.1\r\n${head}${upgrade}${key}\r\n`,
    `GET ${path} HTTP/1.1\r\n${head}${upgrade}${key}\r\n\x81\xfe`,
  ];
  for (const bytes of begun) {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(bytes, 'latin1');
    await get('/');
    socket.resetAndDestroy();
    await once(socket, 'close');
  }
  jupyter.answerWith((res) => res.end('still here'));
  expect(await get(path, { headers })).toMatchObject({ status: 200, body: 'still here' });
});

it('a resting connection that the session closed meanwhile costs no page', async () => {
  const { get, headers, serveRaw } = await signedIn();
  const answered = new WeakSet<object>();
  // Each connection answers once, says that it stays, and breaks at the next request.
  await serveRaw((socket) => {
    if (answered.has(socket)) return void socket.resetAndDestroy();
    answered.add(socket);
    socket.write('HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok');
  });
  for (let turn = 0; turn < 4; turn += 1)
    expect(await get(path, { headers })).toMatchObject({ status: 200, body: 'ok' });
});

it("redirects of the session's own stay, at the public address", async () => {
  const { get, headers, jupyter } = await signedIn();
  const lead = async (location: string) => {
    jupyter.answerWith((res) => res.writeHead(302, { location }).end());
    return (await get('/s/brave-otter/a/b', { headers })).headers.location;
  };
  expect(await lead('/s/brave-otter/lab?x=1#y')).toBe('/s/brave-otter/lab?x=1#y');
  expect(await lead('c')).toBe('/s/brave-otter/a/c');
  expect(await lead('../lab')).toBe('/s/brave-otter/lab');
  expect(await lead(`${jupyter.origin}/s/brave-otter/tree`)).toBe('/s/brave-otter/tree');
  expect(await lead(`http://${publicHost}/s/brave-otter`)).toBe('/s/brave-otter/');
});

it('a session whose server has another path of its own is reached all the same', async () => {
  const { get, headers, jupyter, record, route, clock } = await signedIn();
  record.open({ ...route, url: `${jupyter.origin}/simulated/brave-otter/` });
  clock.jump(2);
  jupyter.answerWith((res) => res.writeHead(302, { location: '/simulated/brave-otter/lab' }).end());
  const led = await get('/s/brave-otter/?reset', { headers });
  expect(jupyter.seen[0]?.line).toBe('/simulated/brave-otter/?reset');
  expect(led.headers.location).toBe('/s/brave-otter/lab');
});

it('nothing that a session answers speaks for the whole address', async () => {
  const { get, headers, jupyter } = await signedIn();
  jupyter.answerWith((res) => {
    res.setHeader('clear-site-data', '"*"');
    res.setHeader('strict-transport-security', 'max-age=1');
    res.setHeader('alt-svc', 'h2="elsewhere.example:443"');
    res.setHeader('service-worker-allowed', '/');
    for (const name of ['nel', 'public-key-pins', 'report-to']) res.setHeader(name, '{}');
    for (const name of ['x-accel-redirect', 'x-lighttpd-send-file', 'x-reproxy-url', 'x-sendfile'])
      res.setHeader(name, '/etc/passwd');
    for (const name of ['proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te'])
      res.setHeader(name, 'x');
    res.setHeader('upgrade', 'h2c');
    res.setHeader('etag', '"kept"');
    res.end();
  });
  const answered = await get(path, { headers });
  expect(Object.keys(answered.headers).sort()).toEqual([
    'connection',
    'content-length',
    'date',
    'etag',
  ]);
  jupyter.answerWith((res) => {
    res.setHeader('service-worker-allowed', '/s/brave-otter/files/');
    res.end();
  });
  const { headers: scoped } = await get(path, { headers });
  expect(scoped['service-worker-allowed']).toBe('/s/brave-otter/files/');
});

it('closing ends WebSockets, and lets an answer that is under way end', async () => {
  const stage = await signedIn();
  const { socket, asking } = await openPage(stage, stage.headers.cookie);
  asking.destroy();
  const end = Promise.withResolvers<() => void>();
  stage.jupyter.answerWith((res) => {
    res.write('begun and ');
    end.resolve(() => res.end('ended'));
  });
  const answered = stage.get(path, { headers: stage.headers });
  const finish = await end.promise;
  const closed = Promise.all([once(socket, 'close'), stage.proxy.close()]);
  await once(socket, 'close');
  finish();
  expect((await answered).body).toBe('begun and ended');
  await closed;
  await expect(stage.get('/')).rejects.toThrow('ECONNREFUSED');
});
