import { expect, it } from 'vitest';
import { closeAfterEach, stageProxy } from '../support/proxy/stage.ts';

closeAfterEach();

const path = '/s/brave-otter/lab';

it('a link is good for ten minutes, and not a second longer, looked at or followed', async () => {
  const { get, linkTo, route, clock, record } = await stageProxy();
  clock.stop();
  const validUntil = new Date(clock.now().getTime() + 600_000);
  const [first, second] = [await linkTo(route), await linkTo(route)];
  clock.jump(599);
  expect((await get(first, { method: 'POST' })).headers.location).toBe(path);
  expect(record.usedLinks).toEqual([{ id: expect.any(String), validUntil }]);
  clock.jump(1);
  for (const method of ['GET', 'POST'])
    expect((await get(second, { method })).headers.location).toBe('/s/brave-otter/?link=expired');
});

it('a cookie opens its session for seven days, and not a second longer', async () => {
  const { get, cookieOf, route, clock } = await stageProxy();
  clock.stop();
  const headers = { cookie: await cookieOf(route) };
  clock.jump(7 * 24 * 3600 - 1);
  expect((await get(path, { headers })).status).toBe(200);
  clock.jump(1);
  expect((await get(path, { headers })).status).toBe(403);
});

it('a browser is its holder’s for seven days, and then free for another', async () => {
  const { get, linkTo, route, openSession, clock } = await stageProxy();
  clock.stop();
  const heron = await openSession('calm-heron', 'carol');
  const followed = await get(await linkTo(route), { method: 'POST' });
  const headers = { cookie: followed.headers['set-cookie']?.[1]?.split(';')[0] };
  const statusAfter = async (seconds: number) => {
    clock.jump(seconds);
    return (await get(await linkTo(heron.route), { method: 'POST', headers })).status;
  };
  expect(await statusAfter(7 * 24 * 3600 - 1)).toBe(403);
  expect(await statusAfter(1)).toBe(303);
});

it('while the record cannot be read, a minute is the longest that somebody stays in', async () => {
  const { get, cookieOf, route, record, clock } = await stageProxy();
  clock.stop();
  const headers = { cookie: await cookieOf(route) };
  clock.jump(1);
  await get(path, { headers });
  record.breakWith(new Error('the database is away'));
  clock.jump(60);
  expect((await get(path, { headers })).status).toBe(200);
  clock.jump(1);
  expect((await get(path, { headers })).status).toBe(503);
});

it('what the record said is believed for less than a second', async () => {
  const { get, cookieOf, route, record, clock } = await stageProxy();
  clock.stop();
  const headers = { cookie: await cookieOf(route) };
  clock.jump(1);
  await get(path, { headers });
  record.reads.length = 0;
  clock.jump(0.999);
  await get(path, { headers });
  expect(record.reads).toEqual([]);
  clock.jump(0.001);
  await get(path, { headers });
  expect(record.reads).toEqual(['brave-otter']);
});
