import { expect, test } from 'vitest';

import { createFakeClock } from '../support/fake-clock.ts';

const start = new Date('2026-03-02T12:00:00Z');
const never = new AbortController().signal;

test('time stands still until it is advanced', async () => {
  const clock = createFakeClock(start);
  expect(clock.now()).toEqual(start);
  await clock.advance(1500);
  expect(clock.now()).toEqual(new Date('2026-03-02T12:00:01.500Z'));
});

test('sleepers wake in the order of their instants, each at its own', async () => {
  const clock = createFakeClock(start);
  const woken: [string, number][] = [];
  const sleepFor = async (name: string, milliseconds: number) => {
    await clock.sleep(milliseconds, never);
    woken.push([name, clock.now().getTime() - start.getTime()]);
  };
  const all = [sleepFor('late', 300), sleepFor('early', 100), sleepFor('late too', 300)];
  await clock.advance(1000);
  await Promise.all(all);
  expect(woken).toEqual([
    ['early', 100],
    ['late', 300],
    ['late too', 300],
  ]);
});

test('a sleeper that sleeps again wakes again within the same stretch', async () => {
  const clock = createFakeClock(start);
  let ticks = 0;
  const loop = async () => {
    for (; ticks < 10; ticks += 1) await clock.sleep(100, never);
  };
  const running = loop();
  await clock.advance(550);
  expect(ticks).toBe(5);
  await clock.advance(450);
  await running;
  expect(ticks).toBe(10);
});

test('a long chain of promises is finished before the next sleeper wakes', async () => {
  const clock = createFakeClock(start);
  const seen: string[] = [];
  const first = clock.sleep(100, never).then(async () => {
    for (let step = 0; step < 1000; step += 1) await null;
    seen.push('chain');
  });
  const second = clock.sleep(100, never).then(() => seen.push('next'));
  await clock.advance(100);
  await Promise.all([first, second]);
  expect(seen).toEqual(['chain', 'next']);
});

test('nobody wakes before the time', async () => {
  const clock = createFakeClock(start);
  let woken = false;
  const sleeping = clock.sleep(100, never).then(() => {
    woken = true;
  });
  await clock.advance(99);
  expect(woken).toBe(false);
  await clock.advance(1);
  await sleeping;
});

test('an abort wakes at once, at the instant of the abort', async () => {
  const clock = createFakeClock(start);
  const control = new AbortController();
  const sleeping = clock.sleep(60_000, control.signal);
  control.abort();
  await sleeping;
  await clock.sleep(60_000, control.signal);
  expect(clock.now()).toEqual(start);
});

test('a sleep of no length passes without the clock', async () => {
  await createFakeClock(start).sleep(0, never);
});

test('after a leap each sleeper wakes once, at its end, in the order of their instants', async () => {
  const clock = createFakeClock(start);
  const woken: [string, number][] = [];
  const loop = async (name: string, milliseconds: number) => {
    for (;;) {
      await clock.sleep(milliseconds, never);
      woken.push([name, clock.now().getTime() - start.getTime()]);
    }
  };
  void loop('slow', 300);
  void loop('quick', 100);
  void loop('not yet', 1001);
  await clock.leap(1000);
  expect(woken).toEqual([
    ['quick', 1000],
    ['slow', 1000],
  ]);
});
