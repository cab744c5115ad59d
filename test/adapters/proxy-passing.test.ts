import { expect, it } from 'vitest';
import { askRaw } from '../support/proxy/ask.ts';
import { closeAfterEach, publicHost, stageProxy } from '../support/proxy/stage.ts';

closeAfterEach();

/** Both cookies of a browser that followed bob's link. */
async function stageBob() {
  const stage = await stageProxy();
  const { headers } = await stage.get(await stage.linkTo(stage.route), { method: 'POST' });
  const cookie = headers['set-cookie']?.map((text) => text.split(';')[0]).join('; ') ?? '';
  return { ...stage, headers: { cookie } };
}

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

it.each([200, 201, 304, 404, 500, 599])('an answer of %i is passed on as it is', async (status) => {
  const { get, headers, jupyter } = await stageBob();
  jupyter.answerWith((res) => res.writeHead(status).end());
  expect((await get('/s/brave-otter/lab', { headers })).status).toBe(status);
});
