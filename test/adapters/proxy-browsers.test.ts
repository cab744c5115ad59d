import { expect, it } from 'vitest';
import { closeAfterEach, publicHost, stageProxy } from '../support/proxy/stage.ts';

closeAfterEach();
const asPage = { accept: 'text/html' };

type Stage = Awaited<ReturnType<typeof stageProxy>>;

/** Keeps cookies by their name and path, as a browser does. */
function createBrowser({ get }: Stage, origin = `http://${publicHost}`) {
  const kept = new Map<string, { pair: string; path: string }>();

  async function ask(path: string, asked: { method?: string; headers?: object } = {}) {
    const sent = [...kept.values()].filter((cookie) => path.startsWith(cookie.path));
    const cookie = sent.map(({ pair }) => pair).join('; ');
    const answer = await get(path, { ...asked, headers: { ...asPage, cookie, ...asked.headers } });
    for (const text of answer.headers['set-cookie'] ?? []) {
      const [pair = ''] = text.split(';');
      const where = /Path=([^;]+)/.exec(text)?.[1] ?? '';
      kept.set(`${pair.split('=')[0]} ${where}`, { pair, path: where });
    }
    return answer;
  }

  const press = (path: string, headers = {}) =>
    ask(path, { method: 'POST', headers: { origin, ...headers } });
  return { ask, press };
}

/** Bob's browser, that is in his session, and a session of carol's. */
async function stageBob(publicUrl = new URL(`http://${publicHost}`)) {
  const stage = await stageProxy({ publicUrl });
  const heron = await stage.openSession('calm-heron', 'carol');
  const bob = createBrowser(stage, publicUrl.origin);
  await bob.press(await stage.linkTo(stage.route));
  return { ...stage, heron, bob };
}

it("a browser follows no link to another person's session, and the link is not used up", async () => {
  const stage = await stageBob();
  const { bob, heron } = stage;
  const link = await stage.linkTo(heron.route);
  const told = await bob.press(link);
  expect(told.status).toBe(403);
  expect(told.headers['set-cookie']).toBeUndefined();
  expect(told.body).toContain('another browser or profile');
  expect(told.body).toContain('<form method="post" action="/leave/calm-heron"><button>Leave');
  expect(told.body).not.toContain('requestSubmit');
  expect((await bob.ask('/s/brave-otter/lab')).status).toBe(200);
  const carol = createBrowser(stage);
  expect((await carol.press(link)).headers.location).toBe('/s/calm-heron/lab');
});

it('one person has several sessions in one browser', async () => {
  const { bob, openSession, linkTo } = await stageBob();
  const hare = await openSession('swift-hare', 'bob');
  await bob.press(await linkTo(hare.route));
  for (const path of ['/s/brave-otter/lab', '/s/swift-hare/lab'])
    expect((await bob.ask(path)).status).toBe(200);
});

it('whose browser it is stands in a cookie of the origin, for no script', async () => {
  const { get, linkTo, route } = await stageProxy();
  const followed = await get(await linkTo(route), { method: 'POST' });
  const [, holder = ''] = followed.headers['set-cookie'] ?? [];
  expect(holder).toMatch(/^dibs-holder=[^;]+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/);
});

it('with TLS no other host can set it', async () => {
  const stage = await stageBob(new URL(`https://${publicHost}`));
  const { get, linkTo, route, bob, heron } = stage;
  const followed = await get(await linkTo(route), { method: 'POST' });
  expect(followed.headers['set-cookie']?.[1]).toMatch(/^__Host-dibs-holder=.*; Secure$/);
  const told = await bob.press(await linkTo(heron.route));
  expect(told.status).toBe(403);
});

it('who left opens nothing by what they had, and the next person gets in', async () => {
  const { bob, heron, linkTo, jupyter } = await stageBob();
  const link = await linkTo(heron.route);
  await bob.press(link);
  const left = await bob.press('/leave/calm-heron');
  expect(left).toMatchObject({ status: 303, headers: { location: '/s/calm-heron/' } });
  expect(left.headers['clear-site-data']).toBe('"storage"');
  expect((await bob.ask('/s/brave-otter/lab')).status).toBe(403);
  expect((await bob.press(link)).headers.location).toBe('/s/calm-heron/lab');
  expect((await bob.ask('/s/calm-heron/lab')).status).toBe(200);
  const told = await bob.ask('/s/brave-otter/lab');
  expect(told.status).toBe(403);
  expect(told.body).toContain('action="/leave/brave-otter"');
  expect(jupyter.seen).toEqual([]);
});

it('neither a look, a script nor a page elsewhere makes a browser leave', async () => {
  const { bob } = await stageBob();
  expect((await bob.ask('/leave/brave-otter')).status).toBe(200);
  for (const headers of [
    { origin: 'https://elsewhere.example' },
    { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
    { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
  ])
    expect((await bob.press('/leave/brave-otter', headers)).status).toBe(403);
  expect((await bob.ask('/s/brave-otter/lab')).status).toBe(200);
});

it('cookies that a page puts before it hide nobody, and what it forges is nobody', async () => {
  const stage = await stageBob();
  const { get, linkTo, route, heron } = stage;
  const followed = await get(await linkTo(route), { method: 'POST' });
  const pairs = (followed.headers['set-cookie'] ?? []).map((text) => text.split(';')[0]);
  const [session = '', holder = ''] = pairs;
  const junk = Array.from({ length: 10 }, (_, at) => `dibs-holder=junk-${at}`);
  const link = await linkTo(heron.route);
  const hidden = { cookie: [...junk, holder].join('; ') };
  expect((await get(link, { method: 'POST', headers: hidden })).status).toBe(403);
  const forged = `dibs-holder=${session.split('=')[1]}`;
  expect((await get(link, { method: 'POST', headers: { cookie: forged } })).status).toBe(303);
});

it('a session neither sees whose browser it is nor says so', async () => {
  const { bob, jupyter } = await stageBob();
  jupyter.answerWith((res) => {
    res.setHeader('set-cookie', ['dibs-holder=1', '__host-DIBS-holder=2; Path=/; Secure']);
    res.end();
  });
  const { headers } = await bob.ask('/s/brave-otter/lab');
  expect(headers['set-cookie']).toBeUndefined();
  expect(jupyter.seen[0]?.headers.cookie).toBeUndefined();
});

it('no WebSocket is joined in a browser of another person', async () => {
  const { get, cookieOf, linkTo, route, heron, jupyter } = await stageBob();
  const followed = await get(await linkTo(heron.route), { method: 'POST' });
  const [, holder = ''] = followed.headers['set-cookie'] ?? [];
  const cookie = `${await cookieOf(route)}; ${holder.split(';')[0]}`;
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };
  const told = await get('/s/brave-otter/api/kernels/1/channels', {
    headers: { cookie, ...upgrade },
  });
  expect(told.status).toBe(403);
  expect(told.body).toContain('another browser or profile');
  expect(jupyter.seen).toEqual([]);
});
