import { request } from 'node:http';
import { expect, it } from 'vitest';
import { askRaw } from '../support/proxy/ask.ts';
import { closeAfterEach, publicHost, stageProxy } from '../support/proxy/stage.ts';

closeAfterEach();

const raw = (line: string, headers: readonly string[], body = '') =>
  `${line}\r\n${[`Host: ${publicHost}`, 'Connection: close', ...headers].join('\r\n')}\r\n\r\n${body}`;

it('no trick with a path leads to another session, another host or out of one', async () => {
  const { port, cookieOf, route, jupyter, openSession } = await stageProxy();
  const heron = await openSession('calm-heron', 'carol');
  const cookie = `Cookie: ${await cookieOf(route)}`;
  const own = '/s/brave-otter';
  const refused = [
    `${own}/../calm-heron/lab`,
    `${own}/./lab`,
    `${own}/..`,
    `${own}/%2e%2e/calm-heron/lab`,
    `${own}/.%2E/calm-heron/lab`,
    `${own}/..%2fcalm-heron/lab`,
    `${own}/%2e%2e%2Fcalm-heron/lab`,
    `${own}/..%5ccalm-heron/lab`,
    `${own}/..\\calm-heron\\lab`,
    `${own}\\..\\calm-heron/lab`,
    `${own}%2f..%2fcalm-heron/lab`,
    `${own}/lab%00`,
    `${own}/lab#part`,
    `//elsewhere.example${own}/lab`,
    `/${own}/lab`,
    `/s//brave-otter/lab`,
    `http://elsewhere.example${own}/lab`,
    `http://${publicHost}${own}/lab`,
    `https:${own}/lab`,
    '*',
    '/s/Brave-Otter/lab',
    '/s/brave-otter%2e/lab',
    '/s/brave%2dotter/lab',
    '/S/brave-otter/lab',
    '/s/-/lab',
    '/s/brave-otter@calm-heron/lab',
    '/s/brave-otter:8888/lab',
    `/s/${'a'.repeat(64)}/lab`,
    '/S',
    '/s/',
    `${own}/${'a'.repeat(9000)}`,
    `${own}/\xe4`,
  ];
  for (const target of refused) {
    const answer = await askRaw(port, raw(`GET ${target} HTTP/1.1`, [cookie]));
    expect(answer.slice(0, 12), target.slice(0, 60)).toMatch(/^HTTP\/1\.1 (400|404|414)$/);
    expect(answer).not.toMatch(/location:/i);
  }
  expect([...jupyter.seen, ...heron.jupyter.seen]).toEqual([]);
});

it("what is below a session's path reaches it as it was written", async () => {
  const { get, cookieOf, route, jupyter } = await stageProxy();
  const cookie = await cookieOf(route);
  const lines = [
    '',
    'lab/tree/a%20b/%C3%A4.ipynb?reset&next=/s/calm-heron/../?x',
    'api/contents/.hidden/..name/file..txt?content=1',
    'proxy/8000//twice/a%2Fb',
    'api/settings/@jupyterlab/apputils-extension:themes',
    "a;b=(c),'d'!$&*~+",
    `api?q='a'|{b}"c"\\`,
  ].map((rest) => `/s/brave-otter/${rest}`);
  for (const line of lines) expect((await get(line, { headers: { cookie } })).status).toBe(200);
  expect(jupyter.seen.map(({ line }) => line)).toEqual(lines);
});

it('a request cannot speak in our name, by whatever header it tries', async () => {
  const { port, cookieOf, route, jupyter } = await stageProxy();
  const headers = [
    `Cookie: ${await cookieOf(route)}`,
    'Authorization: token one',
    'authorization: token two',
    'Connection: authorization, cookie, x-forwarded-for, x-own',
    'X-Own: nominated',
    'X-Forwarded-For: 10.0.0.1',
    'X-Forwarded-Host: elsewhere.example',
    'X-Forwarded-Proto: gopher',
    'X-Forwarded-Port: 1',
    'X-Forwarded-Prefix: /elsewhere',
    'X-Forwarded-Server: elsewhere.example',
    'X-Real-IP: 10.0.0.1',
    'X-Scheme: gopher',
    'Forwarded: for=10.0.0.1',
    'Proxy-Authorization: Basic abc',
    'Proxy-Authenticate: Basic',
    'Proxy-Connection: close',
    'Trailer: X-Own',
    'Upgrade: h2c',
    'Expect: 100-continue',
    'TE: trailers',
    'Keep-Alive: timeout=99',
    'X-Kept: as it is',
  ];
  await askRaw(port, raw('GET /s/brave-otter/api HTTP/1.1', headers));
  const [seen] = jupyter.seen;
  expect(seen?.headers).toEqual({
    'x-kept': 'as it is',
    host: publicHost,
    authorization: `token ${route.token}`,
    connection: 'keep-alive',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': publicHost,
    'x-forwarded-proto': 'http',
  });
});

it('no line can be smuggled into a header, and no request into a body', async () => {
  const { port, cookieOf, route, jupyter } = await stageProxy();
  const cookie = `Cookie: ${await cookieOf(route)}`;
  const inner = 'GET /s/brave-otter/smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
  const chunked = 'Transfer-Encoding: chunked';
  const tries = [
    raw('GET /s/brave-otter/a%0d%0aX-Own:%201 HTTP/1.1', [cookie]),
    raw('GET /s/brave-otter/a HTTP/1.1', [cookie, 'X-Own: 1\rX-More: 2']),
    raw('GET /s/brave-otter/a HTTP/1.1', [cookie, 'X-Own : 1']),
    raw('POST /s/brave-otter/a HTTP/1.1', [cookie, 'Content-Length: 3', chunked], inner),
    raw(
      'POST /s/brave-otter/a HTTP/1.1',
      [cookie, 'Content-Length: 3', 'Content-Length: 5'],
      inner,
    ),
    raw('DELETE /s/brave-otter/a HTTP/1.1', [cookie, chunked], `33\r\n${inner}\r\n0\r\n\r\n`),
    raw('GET /s/brave-otter/a HTTP/1.1', [cookie, chunked], `33\r\n${inner}\r\n0\r\n\r\n`),
    raw('POST /s/brave-otter/a HTTP/1.1', [cookie, 'Transfer-Encoding: xchunked'], inner),
  ];
  const statuses = [];
  for (const bytes of tries) statuses.push((await askRaw(port, bytes)).slice(9, 12));
  expect(statuses).toEqual(['200', '400', '400', '400', '400', '411', '411', '400']);
  expect(jupyter.seen.map(({ line }) => line)).toEqual(['/s/brave-otter/a%0d%0aX-Own:%201']);
});

it.each(['GET', 'DELETE', 'OPTIONS'])(
  '%s with a body that hides its end is not passed on',
  async (method) => {
    const { port, cookieOf, route, jupyter } = await stageProxy();
    const cookie = `Cookie: ${await cookieOf(route)}`;
    const inner = 'GET /s/brave-otter/smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
    const length = `Content-Length: ${inner.length}`;
    const line = `${method} /s/brave-otter/a HTTP/1.1`;
    for (const named of ['content-length', 'keep-alive,\tContent-Length ,x', 'Transfer-Encoding']) {
      const answer = await askRaw(port, raw(line, [cookie, `Connection: ${named}`, length], inner));
      expect(answer, named).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect(jupyter.seen).toEqual([]);
    await askRaw(port, raw(line, [cookie, length], inner));
    expect(jupyter.seen.map((seen) => [seen.method, String(seen.body())])).toEqual([
      [method, inner],
    ]);
  },
);

it.each(['TRACE', 'PROPFIND', 'PURGE'])('%s is not passed on', async (method) => {
  const { get, cookieOf, route, jupyter } = await stageProxy();
  const cookie = await cookieOf(route);
  expect((await get('/s/brave-otter/lab', { method, headers: { cookie } })).status).toBe(405);
  expect(jupyter.seen).toEqual([]);
});

it('CONNECT opens no tunnel', async () => {
  const { port } = await stageProxy();
  expect(await askRaw(port, raw('CONNECT elsewhere.example:443 HTTP/1.1', []))).toBe('');
});

it('only the public host is answered for, in whichever letters and with its usual port', async () => {
  const { get, cookieOf, route } = await stageProxy();
  const cookie = await cookieOf(route);
  const statusAt = async (host: string) =>
    (await get('/s/brave-otter/lab', { headers: { cookie, host } })).status;
  for (const host of [publicHost, 'GPU.example.org', `${publicHost}:80`])
    expect(await statusAt(host)).toBe(200);
  for (const host of [
    'elsewhere.example',
    `${publicHost}:8080`,
    `x.${publicHost}`,
    `brave-otter.${publicHost}`,
    '127.0.0.1',
    '',
  ])
    expect(await statusAt(host)).toBe(421);
});

it('headers too many or too long are refused', async () => {
  const { port, jupyter } = await stageProxy();
  const long = await askRaw(port, raw('GET / HTTP/1.1', [`X-Long: ${'a'.repeat(40_000)}`]));
  expect(long).toMatch(/^HTTP\/1\.1 431 /);
  expect(jupyter.seen).toEqual([]);
});

it('an upload goes through whole, and a body is not asked for where it is not wanted', async () => {
  const { get, cookieOf, route, jupyter, port } = await stageProxy();
  const cookie = await cookieOf(route);
  const body = Buffer.alloc(8 * 1024 * 1024, 'otter');
  jupyter.answerWith((res) => {
    res.req.on('end', () => res.end('kept'));
  });
  const path = '/s/brave-otter/api/contents/a.bin';
  const kept = await get(path, {
    method: 'PUT',
    headers: { cookie, expect: '100-continue' },
    body,
  });
  expect(kept).toMatchObject({ status: 200, body: 'kept' });
  expect(jupyter.seen.at(-1)?.body().equals(body)).toBe(true);
  const unwanted = await askRaw(
    port,
    raw(`PUT ${path} HTTP/1.1`, ['Expect: 100-continue', 'Content-Length: 5']),
  );
  expect(unwanted).toMatch(/^HTTP\/1\.1 403 /);
  expect(unwanted).not.toContain('100 Continue');
});

it('an answer is passed on while it is still being made', async () => {
  const { port, cookieOf, route, jupyter } = await stageProxy();
  const { promise: isSeen, resolve: seen } = Promise.withResolvers<void>();
  jupyter.answerWith(async (res) => {
    res.write('first');
    await isSeen;
    res.end('last');
  });
  const url = `http://127.0.0.1:${port}/s/brave-otter/events`;
  const headers = { host: publicHost, cookie: await cookieOf(route) };
  const chunks: string[] = [];
  const ended = Promise.withResolvers<void>();
  request(url, { headers }, (answer) => {
    answer.on('data', (chunk) => {
      chunks.push(String(chunk));
      seen();
    });
    answer.on('end', ended.resolve);
  }).end();
  await ended.promise;
  expect(chunks).toEqual(['first', 'last']);
});
