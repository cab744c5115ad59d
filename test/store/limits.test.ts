import { expect, it } from 'vitest';
import { claim } from '../../core/actions/claim.ts';
import { reportStopped } from '../../core/actions/report.ts';
import { stop } from '../../core/actions/stop.ts';
import { createSpending, credits, withLimits } from '../support/limited.ts';
import { act, claimOf, onEachDatabase, sessionIn } from '../support/stage.ts';
import { accepted, askStart, refused } from '../support/world.ts';

const hosts = { 'gpu-1': Array.from({ length: 12 }, () => 'a100-80gb') };
// Monday the 2nd, 13:00 by the team's clocks.
const spending = {
  hosts,
  credits: 1000,
  zone: 'Europe/Berlin',
  policy: withLimits({ personSpending: { day: 20, week: 50, month: 90 } }),
};
const midnight = new Date('2026-03-02T23:00:00Z');

onEachDatabase('what a person spends of the team’s credits', spending, (stage) => {
  const { start, extendBy, running, use, until, giveOwn } = createSpending(stage);

  it('reaches the limit and does not pass it by a second', async () => {
    expect(await refused(start(7201))).toEqual({
      kind: 'spending_limit',
      period: 'day',
      limit: credits(20),
      charged: 0n,
      held: 0n,
      needed: credits(20) + 10_000n,
      resetsAt: midnight,
    });
    await accepted(start(7200));
  });

  it('counts what is held for what still runs or waits', async () => {
    await accepted(start(3600));
    const told = await refused(start(3601));
    expect(told).toMatchObject({ kind: 'spending_limit', held: credits(10), charged: 0n });
    await accepted(start(3600));
  });

  it('counts what was used, and what was held and not used no more', async () => {
    const sessionId = await running(7200);
    await stage.world.clock.advance(1_800_000);
    expect(await refused(start(300))).toMatchObject({ held: credits(20) });
    await accepted(act(stage.world, stop, { sessionId }));
    expect(await refused(start(5401))).toMatchObject({ held: 0n, charged: credits(5) });
    await accepted(start(5400));
  });

  it('is limited for each person alone', async () => {
    await accepted(start(7200));
    await accepted(askStart(stage.world, 'carol', { leaseSeconds: 7200 }));
  });

  it('has nothing to do with one’s own credits, which have no limit', async () => {
    await giveOwn(100);
    await accepted(start(28_800, true));
    await accepted(start(7200));
    expect(await refused(start(300))).toMatchObject({ held: credits(20) });
    await accepted(start(3600, true));
  });

  it('is limited when a lease grows, too', async () => {
    const sessionId = await running(3600);
    expect(await refused(extendBy(sessionId, 3601))).toEqual({
      kind: 'spending_limit',
      period: 'day',
      limit: credits(20),
      charged: 0n,
      held: credits(10),
      needed: credits(10) + 10_000n,
      resetsAt: midnight,
    });
    await accepted(extendBy(sessionId, 3600));
    await giveOwn(100);
    await accepted(extendBy(await running(3600, true), 7200));
  });

  it('is counted from midnight by the team’s clocks', async () => {
    await use(7200);
    await until('2026-03-02T22:59:59.999Z');
    expect(await refused(start(300))).toMatchObject({ period: 'day', resetsAt: midnight });
    await until('2026-03-02T23:00:00Z');
    await accepted(start(7200));
  });

  it('counts a hold of yesterday today, while it is held', async () => {
    await running(7200);
    await until('2026-03-03T00:00:00Z');
    const told = await refused(start(300));
    expect(told).toMatchObject({ period: 'day', held: credits(20), charged: 0n });
  });

  it('counts a day of 23 hours, and one of 25, as a day', async () => {
    await until('2026-03-28T22:00:00Z');
    await use(3000);
    await until('2026-03-29T12:00:00Z');
    await use(7200);
    await until('2026-03-29T21:59:59Z');
    const resetsAt = new Date('2026-03-29T22:00:00Z');
    const inMarch = await refused(start(300));
    expect(inMarch).toMatchObject({ period: 'day', charged: credits(20), resetsAt });
    await until('2026-03-29T22:00:00Z');
    await use(300);
    await until('2026-10-24T22:00:00Z');
    await use(7200);
    await until('2026-10-25T22:59:59Z');
    const inOctober = await refused(start(300));
    expect(inOctober).toMatchObject({ resetsAt: new Date('2026-10-25T23:00:00Z') });
    await until('2026-10-25T23:00:00Z');
    await accepted(start(7200));
  });

  it('is limited by the week, which begins on Monday', async () => {
    for (const day of ['02T14', '03T14']) {
      await until(`2026-03-${day}:00:00Z`);
      await use(7200);
    }
    await until('2026-03-08T20:00:00Z');
    const resetsAt = new Date('2026-03-08T23:00:00Z');
    const told = await refused(start(3601));
    expect(told).toMatchObject({
      period: 'week',
      limit: credits(50),
      charged: credits(40),
      resetsAt,
    });
    await use(3600);
    expect(await refused(start(300))).toMatchObject({ period: 'week', charged: credits(50) });
    await until('2026-03-08T23:00:00Z');
    await accepted(start(7200));
  });

  it('is limited by the month, which ends by summer time where it began by winter time', async () => {
    for (const day of ['02', '03', '10', '11']) {
      await until(`2026-03-${day}T14:00:00Z`);
      await use(7200);
    }
    await until('2026-03-31T14:00:00Z');
    const resetsAt = new Date('2026-03-31T22:00:00Z');
    const told = await refused(start(3601));
    expect(told).toMatchObject({
      period: 'month',
      limit: credits(90),
      charged: credits(80),
      resetsAt,
    });
    await use(3600);
    await until('2026-03-31T21:59:59Z');
    expect(await refused(start(300))).toMatchObject({ period: 'month' });
    await until('2026-03-31T22:00:00Z');
    await accepted(start(7200));
  });
});

const counted = {
  hosts: { 'gpu-1': ['a100-80gb', 'a100-80gb', 'a100-80gb', 'l4'] },
  policy: withLimits({ personDevices: 2, teamDevices: 3 }),
};

onEachDatabase('the devices that are leased at once', counted, (stage) => {
  const { start, giveOwn } = createSpending(stage);

  it('of a person are as many as the limit, and no more', async () => {
    const tooMany = askStart(stage.world, 'bob', { deviceCount: 3 });
    const limit = { kind: 'device_limit', whose: 'person', limit: 2 };
    expect(await refused(tooMany)).toEqual({ ...limit, used: 0, asked: 3 });
    await accepted(askStart(stage.world, 'bob', { deviceCount: 2 }));
    expect(await refused(start(300))).toEqual({ ...limit, used: 2, asked: 1 });
  });

  it('of a team are as many as its limit, and no more', async () => {
    await accepted(askStart(stage.world, 'bob', { deviceCount: 2 }));
    await accepted(askStart(stage.world, 'carol'));
    const told = await refused(askStart(stage.world, 'carol'));
    expect(told).toEqual({ kind: 'device_limit', whose: 'team', limit: 3, used: 3, asked: 1 });
  });

  it('count whoever pays for them', async () => {
    await giveOwn(100);
    await accepted(start(300, true));
    await accepted(start(300, false));
    expect(await refused(start(300, true))).toMatchObject({ whose: 'person', used: 2 });
  });

  it('count until the container is gone', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await accepted(start(300));
    await accepted(act(world, stop, { sessionId }));
    expect(await refused(start(300))).toMatchObject({ kind: 'device_limit', used: 2 });
    await accepted(act(world, claim, { sessionId, step: 'stop' as const, token: claimOf }));
    await accepted(act(world, reportStopped, { sessionId, token: claimOf }));
    await accepted(start(300));
  });

  it('count those that are waited for', async () => {
    const { world } = stage;
    await accepted(askStart(world, 'alice', { deviceType: 'l4' }));
    const waiting = await accepted(askStart(world, 'bob', { deviceType: 'l4' }));
    expect(waiting.hostId).toBeNull();
    expect(await refused(askStart(world, 'bob', { deviceCount: 2 }))).toMatchObject({ used: 1 });
    await accepted(start(300));
    expect(await refused(start(300))).toMatchObject({ whose: 'person', used: 2 });
  });
});
