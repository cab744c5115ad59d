import { expect, it } from 'vitest';
import { expire } from '../../core/actions/expire.ts';
import { extend } from '../../core/actions/extend.ts';
import { pauseMeter, resumeMeter } from '../../core/actions/observe.ts';
import { stop } from '../../core/actions/stop.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { noonPlus } from '../support/facts.ts';
import { accountOf, act, onEachDatabase, sessionIn, viewOf } from '../support/stage.ts';
import { accepted, refused } from '../support/world.ts';

const stale = { kind: 'stale' };

onEachDatabase('time', {}, (stage) => {
  const expired = (sessionId: string) => act(stage.world, expire, { sessionId });
  const toSecond = async (seconds: number) => {
    const { clock } = stage.world;
    await clock.advance(noonPlus(seconds).getTime() - clock.now().getTime());
  };

  it('warns once at each threshold, and anew after an extension', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await toSecond(2699);
    expect(await refused(expired(sessionId))).toEqual(stale);
    await toSecond(2700);
    expect(await accepted(expired(sessionId))).toBe('warning');
    expect(await refused(expired(sessionId))).toEqual(stale);
    await toSecond(3300);
    expect(await accepted(expired(sessionId))).toBe('warning');
    await accepted(act(world, extend, { sessionId, addedSeconds: 600 }));
    expect(await accepted(expired(sessionId))).toBe('warning');
    expect(await refused(expired(sessionId))).toEqual(stale);
  });

  it('ends the lease at its end, however late that is noticed', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await toSecond(5000);
    expect(await accepted(expired(sessionId))).toBe('end');
    expect(await viewOf(world, sessionId)).toMatchObject({
      state: 'stopping',
      endReason: 'lease_expired',
      charged: 10n * ticksPerCredit,
    });
    expect(await accountOf(world)).toEqual({ posted: 490n * ticksPerCredit, held: 0n });
    expect(await refused(expired(sessionId))).toEqual(stale);
  });

  it('does not run for a session that is not ready yet', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'starting');
    await toSecond(9999);
    expect(await refused(expired(sessionId))).toEqual(stale);
    expect(await world.store.sessionsEndingBefore(noonPlus(99_999))).toEqual([]);
  });

  it('shows the sessions whose end is near, the nearest first', async () => {
    const { world } = stage;
    const long = await sessionIn(world, 'running');
    const short = await sessionIn(world, 'running', { leaseSeconds: 600 });
    const near = async (seconds: number) =>
      (await world.store.sessionsEndingBefore(noonPlus(seconds))).map((ending) => ending.sessionId);
    expect(await near(599)).toEqual([]);
    expect(await near(600)).toEqual([short]);
    expect(await near(3600)).toEqual([short, long]);
  });

  it('that a host was silent is not charged', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await toSecond(700);
    await accepted(act(world, pauseMeter, { sessionId, at: noonPlus(100) }));
    expect(await refused(act(world, pauseMeter, { sessionId, at: noonPlus(100) }))).toEqual(stale);
    await toSecond(1000);
    const url = 'http://gpu-1:4999/';
    await accepted(act(world, resumeMeter, { sessionId, url, ssh: null }));
    expect(await viewOf(world, sessionId)).toMatchObject({ url, readySince: noonPlus(1000) });
    await toSecond(1050);
    await accepted(act(world, resumeMeter, { sessionId, url: 'http://gpu-1:5000/', ssh: null }));
    await accepted(act(world, stop, { sessionId }));
    expect(await viewOf(world, sessionId)).toMatchObject({ charged: 1_500_000n });
    expect(await refused(act(world, resumeMeter, { sessionId, url, ssh: null }))).toEqual(stale);
    expect(await world.store.checkBook()).toEqual([]);
  });

  it('that passed before a resume is not charged twice', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await toSecond(100);
    await accepted(act(world, pauseMeter, { sessionId, at: noonPlus(100) }));
    await toSecond(5000);
    await accepted(act(world, resumeMeter, { sessionId, url: 'http://gpu-1/', ssh: null }));
    await accepted(expired(sessionId));
    expect(await viewOf(world, sessionId)).toMatchObject({ charged: 1_000_000n });
  });
});
