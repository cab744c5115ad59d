import { describe, expect, it } from 'vitest';
import { extend } from '../../core/actions/extend.ts';
import { reportReady } from '../../core/actions/report.ts';
import { stop } from '../../core/actions/stop.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { noonPlus, plainStart } from '../support/facts.ts';
import {
  accountOf,
  act,
  as,
  claimOf,
  onEachDatabase,
  sessionIn,
  viewOf,
} from '../support/stage.ts';
import { accepted, askStart, refused } from '../support/world.ts';

onEachDatabase('extend', { credits: 25 }, (stage) => {
  const extendBy = (sessionId: string, addedSeconds: number) =>
    act(stage.world, extend, { sessionId, addedSeconds });

  it('grows the hold first, then the lease and its end', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await world.clock.advance(60_000);
    await accepted(extendBy(sessionId, 1800));
    expect(await viewOf(world, sessionId)).toMatchObject({
      leaseSeconds: 5400,
      until: noonPlus(5400),
      held: 15n * ticksPerCredit,
    });
    expect(await accountOf(world)).toMatchObject({ held: 15n * ticksPerCredit });
    expect(await world.store.checkBook()).toEqual([]);
  });

  describe.each(['requested', 'starting'] as const)('of one that is %s', (state) => {
    it('lengthens it, though its end is not known yet', async () => {
      const { world } = stage;
      const sessionId = await sessionIn(world, state);
      await accepted(extendBy(sessionId, 1800));
      const before = await viewOf(world, sessionId);
      expect(before).toMatchObject({ until: null, leaseSeconds: 5400 });
    });
  });

  it('while it starts moves the end that it gets when it is ready', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'starting');
    await accepted(extendBy(sessionId, 1800));
    await world.clock.advance(100_000);
    const ready = {
      ...plainStart,
      sessionId,
      token: claimOf,
      containerId: 'c',
      url: 'http://gpu-1/',
    };
    await accepted(act(world, reportReady, ready));
    expect(await viewOf(world, sessionId)).toMatchObject({ until: noonPlus(100 + 5400) });
  });

  it('is refused beyond the longest lease', async () => {
    const sessionId = await sessionIn(stage.world, 'running');
    expect(await refused(extendBy(sessionId, 86_400))).toEqual({
      kind: 'lease_too_long',
      askedSeconds: 90_000,
      mostSeconds: 86_400,
    });
  });

  it('is refused for what the account cannot pay, saying how far it would reach', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await accepted(extendBy(sessionId, 5400));
    const before = await viewOf(world, sessionId);
    expect(await refused(extendBy(sessionId, 60))).toEqual({
      kind: 'short_balance',
      account: 'lab',
      needed: 600_000n,
      available: 0n,
      reachesSeconds: 0,
    });
    expect(await viewOf(world, sessionId)).toEqual(before);
  });

  it('is refused at the end of the lease, though nobody has ended it yet', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await world.clock.advance(3_599_999);
    await accepted(extendBy(sessionId, 300));
    await world.clock.advance(300_001);
    const { name } = await viewOf(world, sessionId);
    const over = { kind: 'session_over', name, state: 'running' };
    expect(await refused(extendBy(sessionId, 300))).toEqual(over);
  });

  it('is refused for one that is stopping', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await accepted(act(world, stop, { sessionId }));
    expect(await refused(extendBy(sessionId, 300))).toMatchObject({ kind: 'session_over' });
  });

  it('is for the holder and admins alone', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    const input = { sessionId, addedSeconds: 300 };
    const ask = async (name: string) => as(world, await world.actorOf(name))(extend, input);
    expect(await refused(ask('carol'))).toMatchObject({ kind: 'not_allowed' });
    await accepted(ask('alice'));
    await accepted(ask('bob'));
  });
});

const upToTwoHours = { credits: 100, policy: { mostLeaseSeconds: 7200 } };

onEachDatabase('the longest lease', upToTwoHours, (stage) => {
  it('may be reached to the second by an extension, and not passed by one', async () => {
    const sessionId = await sessionIn(stage.world, 'running');
    const extendBy = (addedSeconds: number) =>
      act(stage.world, extend, { sessionId, addedSeconds });
    const refusal = { kind: 'lease_too_long', askedSeconds: 7201, mostSeconds: 7200 };
    expect(await refused(extendBy(3601))).toEqual(refusal);
    await accepted(extendBy(3600));
    expect(await viewOf(stage.world, sessionId)).toMatchObject({ leaseSeconds: 7200 });
    expect(await refused(extendBy(60))).toMatchObject({ kind: 'lease_too_long' });
  });

  it('is lengthened by a minute at least', async () => {
    const sessionId = await sessionIn(stage.world, 'running');
    const extendBy = (addedSeconds: number) =>
      act(stage.world, extend, { sessionId, addedSeconds });
    const refusal = { kind: 'lease_too_short', askedSeconds: 59, leastSeconds: 60 };
    expect(await refused(extendBy(59))).toEqual(refusal);
    await accepted(extendBy(60));
  });

  it('may be asked for to the second by a start, and so may the shortest', async () => {
    const start = (leaseSeconds: number) => askStart(stage.world, 'bob', { leaseSeconds });
    const kinds = [];
    for (const seconds of [299, 300, 7200, 7201]) kinds.push((await start(seconds)).kind);
    expect(kinds).toEqual(['refused', 'accepted', 'accepted', 'refused']);
  });
});
