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
