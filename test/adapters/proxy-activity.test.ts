import { expect, it } from 'vitest';
import { createActivity } from '../../adapters/proxy/activity.ts';
import { noonPlus } from '../support/facts.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { noon } from '../support/world.ts';

function stage() {
  const clock = createFakeClock(noon);
  return {
    activity: createActivity(clock),
    after: (seconds: number) => clock.advance(seconds * 1000),
  };
}

it('somebody who comes or goes is not at work by that, but for the first that is seen', async () => {
  const { activity, after } = stage();
  activity.connected('otter');
  await after(60);
  activity.connected('otter');
  expect(activity.taken()).toEqual([{ sessionId: 'otter', connections: 2, lastActiveAt: noon }]);
  await after(60);
  activity.disconnected('otter');
  expect(activity.taken()).toEqual([{ sessionId: 'otter', connections: 1, lastActiveAt: noon }]);
});

it('work counts from its moment, and opens or closes no connection', async () => {
  const { activity, after } = stage();
  activity.connected('otter');
  await after(60);
  activity.touch('otter');
  await after(60);
  expect(activity.taken()).toEqual([
    { sessionId: 'otter', connections: 1, lastActiveAt: noonPlus(60) },
  ]);
});

it('a session without connections is told of once for each news of it', async () => {
  const { activity } = stage();
  activity.touch('otter');
  expect(activity.taken()).toHaveLength(1);
  expect(activity.taken()).toEqual([]);
  activity.touch('otter');
  expect(activity.taken()).toHaveLength(1);
});

it('a session is remembered for seven days after its last news, and then begins anew', async () => {
  const { activity, after } = stage();
  const week = 7 * 24 * 3600;
  activity.touch('otter');
  activity.touch('heron');
  activity.taken();
  await after(week);
  activity.taken();
  activity.disconnected('otter');
  expect(activity.taken()).toMatchObject([{ sessionId: 'otter', lastActiveAt: noon }]);
  await after(1);
  activity.taken();
  activity.disconnected('heron');
  expect(activity.taken()).toMatchObject([
    { sessionId: 'heron', lastActiveAt: noonPlus(week + 1) },
  ]);
});

it('a session with connections is never forgotten', async () => {
  const { activity, after } = stage();
  activity.connected('otter');
  activity.taken();
  await after(30 * 24 * 3600);
  expect(activity.taken()).toMatchObject([{ connections: 1, lastActiveAt: noon }]);
  expect(activity.taken()).toMatchObject([{ connections: 1, lastActiveAt: noon }]);
});
