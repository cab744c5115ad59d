import { randomUUID } from 'node:crypto';
import { sign } from 'hono/utils/jwt/jwt';
import { expect, it } from 'vitest';
import { closeAfterEach, publicHost, signingKey, stageProxy } from '../support/proxy/stage.ts';

closeAfterEach();
const asPage = { accept: 'text/html' };
const post = { method: 'POST', headers: { ...asPage, origin: `http://${publicHost}` } };

it('a link leads its holder to JupyterLab, without the token in any address', async () => {
  const { get, linkTo, route, jupyter } = await stageProxy();
  const followed = await get(await linkTo(route), post);
  expect(followed.status).toBe(303);
  expect(followed.headers.location).toBe('/s/brave-otter/lab');
  const [cookie = ''] = followed.headers['set-cookie'] ?? [];
  const opened = await get('/s/brave-otter/lab', { headers: { cookie: cookie.split(';')[0] } });
  expect(opened).toMatchObject({ status: 200, body: 'You asked for /s/brave-otter/lab' });
  expect(jupyter.seen[0]?.headers.authorization).toBe(`token ${route.token}`);
  expect(JSON.stringify([followed, opened])).not.toContain(route.token);
});

it('its cookie is for that session alone, and for no script', async () => {
  const { get, linkTo, route } = await stageProxy();
  const { headers } = await get(await linkTo(route), post);
  const [, ...attributes] = headers['set-cookie']?.[0]?.split('; ') ?? [];
  expect(attributes.sort()).toEqual([
    'HttpOnly',
    'Max-Age=604800',
    'Path=/s/brave-otter/',
    'SameSite=Lax',
  ]);
});

it('looking at a link does not use it up', async () => {
  const { get, linkTo, route } = await stageProxy();
  const link = await linkTo(route);
  for (const method of ['GET', 'HEAD', 'GET']) {
    const looked = await get(link, { method, headers: asPage });
    expect(looked.status).toBe(200);
    expect(looked.headers['set-cookie']).toBeUndefined();
  }
  expect((await get(link, post)).headers.location).toBe('/s/brave-otter/lab');
});

it('a used link says so, and what to type', async () => {
  const { get, linkTo, route } = await stageProxy();
  const link = await linkTo(route);
  await get(link, post);
  const again = await get(link, post);
  expect(again.status).toBe(303);
  expect(again.headers['set-cookie']).toBeUndefined();
  const told = await get(again.headers.location ?? '', { headers: asPage });
  expect(told.status).toBe(403);
  expect(told.body).toContain('This link has been used');
  expect(told.body).toContain('/gpu open brave-otter');
});

it('who is in already goes straight in by a used link', async () => {
  const { get, linkTo, route } = await stageProxy();
  const link = await linkTo(route);
  const first = await get(link, post);
  const again = await get(link, post);
  const cookie = first.headers['set-cookie']?.[0]?.split(';')[0];
  const led = await get(again.headers.location ?? '', { headers: { ...asPage, cookie } });
  expect(led).toMatchObject({ status: 303, headers: { location: '/s/brave-otter/lab' } });
});

it('of two clicks on one link at once, exactly one is let in by it', async () => {
  const { get, linkTo, route } = await stageProxy();
  const link = await linkTo(route);
  const both = await Promise.all([get(link, post), get(link, post)]);
  expect(both.map(({ headers }) => headers.location).sort()).toEqual([
    '/s/brave-otter/?link=used',
    '/s/brave-otter/lab',
  ]);
  expect(both.filter(({ headers }) => headers['set-cookie'])).toHaveLength(1);
});

it('an expired link lets nobody in, looked at or followed', async () => {
  const { get, linkTo, route, clock } = await stageProxy();
  const link = await linkTo(route);
  clock.jump(601);
  for (const asked of [{ headers: asPage }, post]) {
    const led = await get(link, asked);
    expect(led.headers['set-cookie']).toBeUndefined();
    const told = await get(led.headers.location ?? '', { headers: asPage });
    expect(told.body).toContain('more than ten minutes old');
    expect(told.body).toContain('/gpu open brave-otter');
  }
});

it('a link is good until its last second', async () => {
  const { get, linkTo, route, clock } = await stageProxy();
  const link = await linkTo(route);
  clock.jump(598);
  expect((await get(link, post)).headers.location).toBe('/s/brave-otter/lab');
});

it('a forged link lets nobody in', async () => {
  const { get, linkTo, cookieOf, route } = await stageProxy();
  const claims = { aud: 'link', jti: randomUUID(), session: route.sessionId, name: route.name };
  const full = { ...claims, holder: route.holderId, exp: 4_000_000_000 };
  const key = signingKey.reveal();
  const good = await linkTo(route);
  const [head, body, signature] = good.split('.');
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const forged = {
    'of another key': `/open/${await sign(full, 'another key')}`,
    'of another algorithm': `/open/${await sign(full, key, 'HS512')}`,
    unsigned: `/open/${none}.${body}.`,
    'with another signature': `${head}.${body}.${signature?.split('').reverse().join('')}`,
    'with other claims': `${head}.${Buffer.from(JSON.stringify(full)).toString('base64url')}.${signature}`,
    'that is a cookie': `/open/${(await cookieOf(route)).split('=')[1]}`,
    'of too few claims': `/open/${await sign({ ...claims, exp: 4_000_000_000 }, key)}`,
    'that is no token': '/open/otter',
  };
  for (const [which, link] of Object.entries(forged)) {
    const refused = await get(link, post);
    expect(refused.status, which).toBe(403);
    expect(refused.headers['set-cookie'], which).toBeUndefined();
    expect(refused.body, which).toContain('This link is not whole');
  }
  expect((await get(`/open/${await sign(full, key)}`, post)).status).toBe(303);
});

it('a link to a session that has ended says so', async () => {
  const { get, linkTo, route, record } = await stageProxy();
  const link = await linkTo(route);
  record.end(route.name);
  const told = await get(link, post);
  expect(told.status).toBe(410);
  expect(told.body).toContain('brave-otter has ended');
  expect(told.body).toContain('its time was up');
});

it('a link is for its session, and not for a later one of the same name', async () => {
  const { get, linkTo, route, openSession, jupyter } = await stageProxy();
  const link = await linkTo(route);
  const later = await openSession('brave-otter', 'carol');
  const told = await get(link, post);
  expect(told).toMatchObject({ status: 410, headers: {} });
  expect(told.headers['set-cookie']).toBeUndefined();
  expect(told.body).toContain('That brave-otter has ended');
  expect([...later.jupyter.seen, ...jupyter.seen]).toEqual([]);
});

it('a link is for its holder, and not for whom the session was given to', async () => {
  const { get, linkTo, route, record } = await stageProxy();
  const link = await linkTo(route);
  record.open({ ...route, holderId: 'carol' });
  expect((await get(link, post)).headers['set-cookie']).toBeUndefined();
});

it('a link to a session that is not ready is not used up', async () => {
  const { get, linkTo, route, record, clock } = await stageProxy();
  const link = await linkTo(route);
  record.put(route.name, { kind: 'not_ready', name: route.name });
  const waiting = await get(link, post);
  expect(waiting.status).toBe(503);
  expect(waiting.headers['retry-after']).toBe('5');
  record.open(route);
  clock.jump(2);
  expect((await get(link, post)).headers.location).toBe('/s/brave-otter/lab');
});

it('a page elsewhere can lead nobody into a session by posting a link', async () => {
  const { get, linkTo, route } = await stageProxy();
  const link = await linkTo(route);
  for (const headers of [
    { origin: 'https://elsewhere.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
  ]) {
    const refused = await get(link, { method: 'POST', headers });
    expect(refused.status).toBe(403);
    expect(refused.headers['set-cookie']).toBeUndefined();
  }
  expect((await get(link, post)).status).toBe(303);
});

it('links and pages go into no cache, no frame and no other site', async () => {
  const { get, linkTo, route } = await stageProxy();
  for (const path of [await linkTo(route), '/', '/nowhere', '/s/brave-otter/lab']) {
    const { headers } = await get(path, { headers: asPage });
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['referrer-policy']).toBe('strict-origin');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'nonce-/);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  }
});

it('with TLS in front its cookie is kept from pages without', async () => {
  const { get, linkTo, route, jupyter } = await stageProxy({
    publicUrl: new URL('https://gpu.example.org'),
  });
  const { headers } = await get(await linkTo(route), { method: 'POST' });
  const [cookie = ''] = headers['set-cookie'] ?? [];
  expect(cookie).toMatch(/^__Secure-dibs-session=.*; Secure$/);
  await get('/s/brave-otter/lab', { headers: { cookie: cookie.split(';')[0] } });
  expect(jupyter.seen[0]?.headers).toMatchObject({
    host: 'gpu.example.org',
    'x-forwarded-proto': 'https',
  });
});
