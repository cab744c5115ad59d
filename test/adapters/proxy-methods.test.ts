import { expect, it } from 'vitest';
import { askRaw } from '../support/proxy/ask.ts';
import { closeAfterEach, publicHost, stageProxy } from '../support/proxy/stage.ts';

closeAfterEach();
const others = ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

/** Both cookies of a browser that followed bob's link. */
async function stageBob() {
  const stage = await stageProxy();
  const { headers } = await stage.get(await stage.linkTo(stage.route), { method: 'POST' });
  const cookie = headers['set-cookie']?.map((text) => text.split(';')[0]).join('; ') ?? '';
  return { ...stage, headers: { cookie } };
}

it('only POST follows a link: any other method leaves it unused', async () => {
  const { get, linkTo, route } = await stageProxy();
  const link = await linkTo(route);
  for (const method of others) {
    const refused = await get(link, { method });
    expect(refused.status, method).toBe(405);
    expect(refused.headers['set-cookie'], method).toBeUndefined();
  }
  expect((await get(link, { method: 'POST' })).headers.location).toBe('/s/brave-otter/lab');
});

it('only POST leaves a session: any other method changes no cookie', async () => {
  const { get, headers } = await stageBob();
  const answers = [];
  for (const method of ['GET', 'HEAD', ...others, 'POST']) {
    const answer = await get('/leave/brave-otter', { method, headers });
    const isLeft = answer.headers['set-cookie'] !== undefined;
    const isCleared = answer.headers['clear-site-data'] !== undefined;
    answers.push([method, answer.status, isLeft, isCleared]);
  }
  expect(answers).toEqual([
    ['GET', 200, false, false],
    ['HEAD', 200, false, false],
    ...others.map((method) => [method, 405, false, false]),
    ['POST', 303, true, true],
  ]);
});

it('a HEAD is answered with the head of the page alone, whose length it names', async () => {
  const { get, port } = await stageProxy();
  const head = await askRaw(
    port,
    `HEAD / HTTP/1.1\r\nHost: ${publicHost}\r\nConnection: close\r\n\r\n`,
  );
  const { body } = await get('/');
  expect(head).toMatch(/^HTTP\/1\.1 200 /);
  expect(head.toLowerCase()).toContain(`content-length: ${Buffer.byteLength(body)}`);
  expect(head.endsWith('\r\n\r\n')).toBe(true);
});

it.each(['/', '/nowhere', '/leave/brave-otter', '/s/brave-otter/lab'])(
  'at another host %s is nothing, whoever asks',
  async (path) => {
    const { get, headers, jupyter } = await stageBob();
    const told = await get(path, { headers: { ...headers, host: `x.${publicHost}` } });
    expect(told.status).toBe(421);
    expect(told.body).toContain(`Sessions are at ${publicHost}`);
    expect(jupyter.seen).toEqual([]);
  },
);

it('another host can follow no link and leave no session', async () => {
  const { get, headers, linkTo, route } = await stageBob();
  const elsewhere = { method: 'POST', headers: { ...headers, host: `x.${publicHost}` } };
  const link = await linkTo(route);
  for (const path of [link, '/leave/brave-otter']) {
    const refused = await get(path, elsewhere);
    expect(refused.status).toBe(421);
    expect(refused.headers['set-cookie']).toBeUndefined();
  }
  expect((await get(link, { method: 'POST', headers })).status).toBe(303);
});

it.each(['GET', 'HEAD'])('a link on another page leads to a session by %s', async (method) => {
  const { get, headers, jupyter } = await stageBob();
  const site = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  const asked = { method, headers: { ...headers, ...site, origin: 'https://elsewhere.example' } };
  expect((await get('/s/brave-otter/lab', asked)).status).toBe(200);
  expect(jupyter.seen.map((seen) => seen.method)).toEqual([method]);
});

it.each(['GET', 'HEAD', 'DELETE', 'OPTIONS'])(
  '%s with a body in chunks is not passed on',
  async (method) => {
    const { headers, port, jupyter } = await stageBob();
    const lines = [`Host: ${publicHost}`, 'Connection: close', `Cookie: ${headers.cookie}`];
    const head = [`${method} /s/brave-otter/lab HTTP/1.1`, ...lines, 'Transfer-Encoding: chunked'];
    const told = await askRaw(port, `${head.join('\r\n')}\r\n\r\n2\r\nok\r\n0\r\n\r\n`);
    expect(told).toMatch(/^HTTP\/1\.1 411 /);
    expect(jupyter.seen).toEqual([]);
  },
);

it.each(['POST', 'PUT', 'PATCH'])(
  '%s with a body in chunks comes through whole',
  async (method) => {
    const { get, headers, jupyter } = await stageBob();
    jupyter.answerWith((res) => void res.req.on('end', () => res.end('kept')));
    const asked = {
      method,
      headers: { ...headers, 'transfer-encoding': 'chunked' },
      body: 'a cell',
    };
    expect((await get('/s/brave-otter/api/contents', asked)).status).toBe(200);
    expect(jupyter.seen.map((seen) => String(seen.body()))).toEqual(['a cell']);
  },
);

it("a session's address without its last slash leads to the one with it", async () => {
  const { get, headers, jupyter } = await stageBob();
  const led = await get('/s/brave-otter', { headers });
  expect(led).toMatchObject({ status: 303, headers: { location: '/s/brave-otter/' } });
  expect(jupyter.seen).toEqual([]);
});

it('who is in already goes straight in by an expired link', async () => {
  const { get, headers, linkTo, route, clock } = await stageBob();
  const link = await linkTo(route);
  clock.jump(600);
  const { headers: spent } = await get(link, { method: 'POST', headers });
  const led = await get(spent.location ?? '', { headers });
  expect(led).toMatchObject({ status: 303, headers: { location: '/s/brave-otter/lab' } });
});

it.each([
  ['GET', 'cors', false],
  ['GET', 'navigate', true],
  ['HEAD', 'navigate', false],
  ['OPTIONS', 'cors', false],
  ['POST', 'cors', true],
  ['PUT', 'cors', true],
  ['PATCH', 'cors', true],
  ['DELETE', 'cors', true],
])('%s as a step of mode %s is somebody at work: %s', async (method, mode, isWork) => {
  const { get, headers, proxy } = await stageBob();
  await get('/s/brave-otter/api', { method, headers: { ...headers, 'sec-fetch-mode': mode } });
  expect(proxy.activity()).toHaveLength(isWork ? 1 : 0);
});
