import { expect, it } from 'vitest';
import { claim, releaseClaim, renewClaim } from '../../core/actions/claim.ts';
import {
  reportEnded,
  reportReady,
  reportStartFailed,
  reportStopped,
} from '../../core/actions/report.ts';
import { stop } from '../../core/actions/stop.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { noonPlus, plainStart } from '../support/facts.ts';
import { accountOf, act, claimOf, onEachDatabase, sessionIn, viewOf } from '../support/stage.ts';
import { accepted, askStart, noon, refused } from '../support/world.ts';

const other = '00000000-0000-4000-8000-00000000000b';
const stale = { kind: 'stale' };

onEachDatabase('a claim', {}, (stage) => {
  const claimed = (sessionId: string, token: string, step: 'start' | 'stop' = 'start') =>
    act(stage.world, claim, { sessionId, step, token });
  const ready = (sessionId: string, token: string) =>
    act(stage.world, reportReady, {
      ...plainStart,
      sessionId,
      token,
      containerId: 'c-1',
      url: 'http://gpu-1/',
    });
  const recorded = async (sessionId: string) => {
    const { store, hosts } = stage.world;
    const found = await Promise.all(hosts.map(({ hostId }) => store.recordedSessions(hostId)));
    return found.flat().find(({ session }) => session.id === sessionId)?.session;
  };

  it('is one process’s until it lapses', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'starting');
    await world.clock.advance(29_999);
    expect(await refused(claimed(sessionId, other))).toEqual(stale);
    await world.clock.advance(1);
    await accepted(claimed(sessionId, other));
    expect(await recorded(sessionId)).toMatchObject({ claimToken: other });
  });

  it('lasts as long as it is renewed', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'starting');
    const renew = (token: string) =>
      act(world, renewClaim, { sessionId, step: 'start' as const, token });
    for (let i = 0; i < 3; i += 1) {
      await world.clock.advance(20_000);
      await accepted(renew(claimOf));
    }
    expect(await refused(claimed(sessionId, other))).toEqual(stale);
    expect(await refused(renew(other))).toEqual(stale);
    expect(await recorded(sessionId)).toMatchObject({ claimUntil: noonPlus(90) });
  });

  it('is not renewed once somebody asked for a stop', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'starting');
    await accepted(act(world, stop, { sessionId }));
    const renew = { sessionId, step: 'start' as const, token: claimOf };
    expect(await refused(act(world, renewClaim, renew))).toEqual(stale);
    await accepted(act(world, releaseClaim, { sessionId, token: claimOf }));
    await accepted(claimed(sessionId, other, 'stop'));
  });

  it('is for the step that the session waits for', async () => {
    const { world } = stage;
    const requested = await sessionIn(world, 'requested');
    expect(await refused(claimed(requested, other, 'stop'))).toEqual(stale);
    const running = await sessionIn(world, 'running');
    expect(await refused(claimed(running, other))).toEqual(stale);
    const { sessionId } = await accepted(askStart(world, 'bob'));
    expect(await refused(claimed(sessionId, other))).toEqual(stale);
  });

  it('that was lost has no say any more', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'starting');
    await world.clock.advance(30_000);
    await accepted(claimed(sessionId, other));
    const before = await recorded(sessionId);
    const token = claimOf;
    const failed = { sessionId, token, reason: 'start_failed', faultDetail: null } as const;
    expect(await refused(ready(sessionId, token))).toEqual(stale);
    expect(await refused(act(world, reportStartFailed, failed))).toEqual(stale);
    expect(await refused(act(world, releaseClaim, { sessionId, token }))).toEqual(stale);
    await world.store.noteProgress(sessionId, token, { stage: 'booting' });
    expect(await recorded(sessionId)).toEqual(before);
    await accepted(ready(sessionId, other));
  });

  it('keeps progress only while the session starts', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'starting');
    await world.store.noteProgress(sessionId, claimOf, { stage: 'creating' });
    expect(await viewOf(world, sessionId)).toMatchObject({ progress: { stage: 'creating' } });
    await accepted(act(world, stop, { sessionId }));
    await world.store.noteProgress(sessionId, claimOf, { stage: 'booting' });
    expect(await viewOf(world, sessionId)).toMatchObject({ progress: { stage: 'creating' } });
  });

  it('reported as ready starts the meter and the lease’s time', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'starting');
    await world.clock.advance(20_000);
    await accepted(ready(sessionId, claimOf));
    expect(await recorded(sessionId)).toMatchObject({
      state: 'running',
      readySince: noonPlus(20),
      claimToken: null,
      progress: null,
    });
    expect(await viewOf(world, sessionId)).toMatchObject({ until: noonPlus(3620) });
    expect(await refused(ready(sessionId, claimOf))).toEqual(stale);
  });

  it('reported as failed charges nothing and leaves the remains to a stop', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'starting');
    await world.clock.advance(20_000);
    const reason = 'pull_failed' as const;
    const failed = { sessionId, token: claimOf, reason, faultDetail: 'no space left' };
    await accepted(act(world, reportStartFailed, failed));
    expect(await viewOf(world, sessionId)).toMatchObject({
      state: 'stopping',
      endReason: reason,
      faultDetail: 'no space left',
      charged: null,
    });
    expect(await accountOf(world)).toEqual({ posted: 500n * ticksPerCredit, held: 0n });
    await accepted(claimed(sessionId, other, 'stop'));
    expect(await refused(act(world, reportStopped, { sessionId, token: claimOf }))).toEqual(stale);
    await accepted(act(world, reportStopped, { sessionId, token: other }));
    expect(await viewOf(world, sessionId)).toMatchObject({ state: 'ended' });
  });

  it('is not needed to report that a session ended by itself, at the time of that', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await world.clock.advance(60_000);
    const end = {
      sessionId,
      reason: 'exited',
      at: noonPlus(10),
      faultDetail: 'exit code 1',
    } as const;
    expect(await refused(act(world, reportEnded, { ...end, from: 'starting' }))).toEqual(stale);
    await accepted(act(world, reportEnded, { ...end, from: 'running' }));
    expect(await refused(act(world, reportEnded, { ...end, from: 'running' }))).toEqual(stale);
    expect(await viewOf(world, sessionId)).toMatchObject({
      charged: 100_000n,
      endReason: 'exited',
    });
  });

  it('never charges for a time to come, whatever a host’s clock says', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await world.clock.advance(10_000);
    const at = new Date(noon.getTime() + 3_000_000);
    const end = { sessionId, reason: 'exited', at, faultDetail: null, from: 'running' } as const;
    await accepted(act(world, reportEnded, end));
    expect(await viewOf(world, sessionId)).toMatchObject({ charged: 100_000n });
  });
});
