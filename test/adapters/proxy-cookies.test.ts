import { expect, it } from 'vitest';
import { secretOf } from '../../core/secret.ts';
import { closeAfterEach, publicHost, stageProxy } from '../support/proxy/stage.ts';

closeAfterEach();
const asPage = { accept: 'text/html' };
const origin = `http://${publicHost}`;

it('without a cookie nothing reaches a session', async () => {
  const { get, jupyter, record } = await stageProxy();
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const { status } = await get('/s/brave-otter/api/status', { method });
    expect(status).toBe(403);
  }
  expect(jupyter.seen).toEqual([]);
  expect(record.reads).toEqual([]);
});

it('who has no cookie cannot tell which sessions there are', async () => {
  const { get, record } = await stageProxy();
  record.end('calm-heron');
  const pages = await Promise.all(
    ['brave-otter', 'calm-heron', 'no-such'].map(async (name) => {
      const { status, body } = await get(`/s/${name}/lab`, { headers: asPage });
      return { status, body: body.replaceAll(name, '…').replaceAll(/nonce="[^"]+"/g, '') };
    }),
  );
  expect(new Set(pages.map((page) => JSON.stringify(page))).size).toBe(1);
  expect(pages[0]?.body).toContain('/gpu open …');
});

it("another person's cookie opens only their own session", async () => {
  const { get, openSession, cookieOf, jupyter } = await stageProxy();
  const heron = await openSession('calm-heron', 'carol');
  const cookie = await cookieOf(heron.route);
  expect((await get('/s/brave-otter/lab', { headers: { cookie } })).status).toBe(403);
  expect(jupyter.seen).toEqual([]);
  expect((await get('/s/calm-heron/lab', { headers: { cookie } })).status).toBe(200);
});

it('a forged cookie opens nothing', async () => {
  const { get, linkTo, cookieOf, route, jupyter } = await stageProxy();
  const other = await stageProxy({ signingKey: secretOf('another installation, another key') });
  const good = await cookieOf(route);
  /** Of another installation, that has the same session. */
  const cookieElsewhere = () => {
    other.record.open(route);
    return other.cookieOf(route);
  };
  const forged = [
    `${good}x`,
    good.slice(0, -4),
    `dibs-session=${(await linkTo(route)).split('/').at(-1)}`,
    `__Secure-${good}`,
    `dibs-session=`,
    `dibs-session=${'a.'.repeat(3000)}`,
    await cookieElsewhere(),
  ];
  for (const cookie of forged) {
    const { status } = await get('/s/brave-otter/lab', { headers: { cookie } });
    expect(status, cookie.slice(0, 40)).toBe(403);
  }
  expect(jupyter.seen).toEqual([]);
});

it('a cookie outlives neither its session nor its own seven days', async () => {
  const { get, cookieOf, route, record, clock } = await stageProxy();
  const cookie = await cookieOf(route);
  const path = '/s/brave-otter/lab';
  record.end(route.name, 'stopped by its holder');
  clock.jump(2);
  const told = await get(path, { headers: { ...asPage, cookie } });
  expect(told.status).toBe(410);
  expect(told.body).toContain('It ended: stopped by its holder.');
  expect(told.body).toContain('<time datetime="2026-05-04T10:00:00.000Z">2026-05-04 10:00 UTC');
  record.open(route);
  clock.jump(2);
  expect((await get(path, { headers: { cookie } })).status).toBe(200);
  clock.jump(7 * 24 * 3600);
  expect((await get(path, { headers: { cookie } })).status).toBe(403);
});

it('a cookie of an earlier session does not open a later one of the same name', async () => {
  const { get, cookieOf, route, openSession, clock } = await stageProxy();
  const cookie = await cookieOf(route);
  const later = await openSession('brave-otter', 'carol');
  clock.jump(2);
  const told = await get('/s/brave-otter/lab', { headers: { ...asPage, cookie } });
  expect(told.status).toBe(410);
  expect(told.body).toContain('That brave-otter has ended');
  expect(later.jupyter.seen).toEqual([]);
});

it('a cookie that a page put before ours locks nobody out', async () => {
  const { get, cookieOf, route } = await stageProxy();
  const cookie = `dibs-session=of-a-page; ${await cookieOf(route)}`;
  expect((await get('/s/brave-otter/lab', { headers: { cookie } })).status).toBe(200);
});

it('the session sees neither our cookie nor whatever authorization came along', async () => {
  const { get, cookieOf, route, jupyter } = await stageProxy();
  const cookie = `_xsrf=kept; ${await cookieOf(route)}; theme=dark`;
  await get('/s/brave-otter/api', { headers: { cookie, authorization: 'token of-somebody' } });
  expect(jupyter.seen[0]?.headers).toMatchObject({
    cookie: '_xsrf=kept; theme=dark',
    authorization: `token ${route.token}`,
  });
});

it("a session's own cookies stay below its path, and never take the place of ours", async () => {
  const { get, cookieOf, route, jupyter } = await stageProxy();
  jupyter.answerWith((res) => {
    res.setHeader('set-cookie', [
      '_xsrf=1; Path=/; Domain=example.org; Secure',
      'login=2; expires=Wed, 01 Jan 2031 00:00:00 GMT; HttpOnly; Path=/s/brave-otter/',
      'deep=3; path=/s/brave-otter/lab; PATH=/',
      'bare=4',
      'near=5; Path=/s/brave-otter-2/',
      'DIBS-session=forged; Path=/s/calm-heron/',
      '__secure-dibs-session=forged',
      '=dibs-session=forged',
      'nameless',
    ]);
    res.end();
  });
  const cookie = await cookieOf(route);
  const { headers } = await get('/s/brave-otter/lab', { headers: { cookie } });
  expect(headers['set-cookie']).toEqual([
    '_xsrf=1; Secure; Path=/s/brave-otter/',
    'login=2; expires=Wed, 01 Jan 2031 00:00:00 GMT; HttpOnly; Path=/s/brave-otter/',
    'deep=3; Path=/s/brave-otter/',
    'bare=4; Path=/s/brave-otter/',
    'near=5; Path=/s/brave-otter/',
  ]);
});

it('requests at once share one look at the record, and none is older than a second', async () => {
  const { get, cookieOf, route, record, clock } = await stageProxy();
  const cookie = await cookieOf(route);
  clock.jump(2);
  record.reads.length = 0;
  const asked = Array.from({ length: 20 }, () => get('/s/brave-otter/', { headers: { cookie } }));
  expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([200]));
  expect(record.reads).toHaveLength(1);
  record.end(route.name);
  clock.jump(1);
  expect((await get('/s/brave-otter/', { headers: { cookie } })).status).toBe(410);
});

it('while the record cannot be read, who is in stays in for a minute', async () => {
  const { get, cookieOf, route, record, clock, lines } = await stageProxy();
  const cookie = await cookieOf(route);
  const read = () => get('/s/brave-otter/api/status', { headers: { cookie } });
  await read();
  record.breakWith(new Error('the database is away'));
  clock.jump(30);
  expect((await read()).status).toBe(200);
  clock.jump(40);
  const told = await read();
  expect(told.status).toBe(503);
  expect(JSON.parse(told.body)).toEqual({
    message: expect.stringContaining('cannot be looked up right now'),
  });
  expect(lines.join()).toContain('the database is away');
  expect(lines.join()).not.toContain(route.token);
  record.breakWith(null);
  expect((await read()).status).toBe(200);
});

it('a page of another address can neither write nor read by script', async () => {
  const { get, cookieOf, route, jupyter } = await stageProxy();
  const cookie = await cookieOf(route);
  const path = '/s/brave-otter/api/contents';
  const foreign = [
    { method: 'POST', headers: { cookie, origin: 'https://elsewhere.example' } },
    { method: 'POST', headers: { cookie, origin: 'null' } },
    { method: 'DELETE', headers: { cookie, origin: `https://${publicHost}` } },
    { method: 'PUT', headers: { cookie, origin: `${origin}:8080` } },
    { method: 'POST', headers: { cookie, 'sec-fetch-site': 'cross-site' } },
    { method: 'GET', headers: { cookie, 'sec-fetch-site': 'same-site' } },
    {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    },
  ];
  for (const asked of foreign) expect((await get(path, asked)).status).toBe(403);
  expect(jupyter.seen).toEqual([]);
  const linked = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  expect((await get(path, { headers: { cookie, ...linked } })).status).toBe(200);
  expect((await get(path, { method: 'POST', headers: { cookie, origin } })).status).toBe(200);
});
