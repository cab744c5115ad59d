import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { claim } from '../../core/actions/claim.ts';
import { recordInventory } from '../../core/actions/observe.ts';
import { promote } from '../../core/actions/promote.ts';
import { reportStopped } from '../../core/actions/report.ts';
import { stop } from '../../core/actions/stop.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { notices } from '../../db/schema/events.ts';
import { accountOf, act, claimOf, onEachDatabase, sessionIn, viewOf } from '../support/stage.ts';
import { accepted, askStart, type World } from '../support/world.ts';

const prices = { default: 10_000n, t4: 2_000n };

async function leave(world: World, sessionId: string) {
  await accepted(act(world, stop, { sessionId }));
  await accepted(act(world, claim, { sessionId, step: 'stop' as const, token: claimOf }));
  await accepted(act(world, reportStopped, { sessionId, token: claimOf }));
}

onEachDatabase('the line', { hosts: { 'gpu-1': ['t4'] }, policy: { prices } }, (stage) => {
  const ask = async (name: string, deviceType = 't4') =>
    (await accepted(askStart(stage.world, name, { deviceType }))).sessionId;

  it('moves up in its order when a device is free, and not before', async () => {
    const { world } = stage;
    const first = await sessionIn(world, 'running', { deviceType: 't4' });
    await world.clock.advance(1);
    const second = await ask('bob');
    await world.clock.advance(1);
    const third = await ask('carol');
    expect(await accepted(act(world, promote, null))).toEqual({ hostIds: [] });
    await accepted(act(world, stop, { sessionId: first }));
    expect(await accepted(act(world, promote, null))).toEqual({ hostIds: [] });
    await accepted(act(world, claim, { sessionId: first, step: 'stop', token: claimOf }));
    await accepted(act(world, reportStopped, { sessionId: first, token: claimOf }));
    const hostIds = world.hosts.map(({ hostId }) => hostId);
    expect(await accepted(act(world, promote, null))).toEqual({ hostIds });
    expect(await viewOf(world, second)).toMatchObject({ queued: false, host: 'gpu-1' });
    expect(await viewOf(world, third)).toMatchObject({ queued: true, host: null });
    expect((await world.store.board()).queue.map(({ id }) => id)).toEqual([third]);
  });

  it('is not passed by whoever comes when a device is free already', async () => {
    const { world } = stage;
    const first = await sessionIn(world, 'running', { deviceType: 't4' });
    await world.clock.advance(1);
    await ask('bob');
    await leave(world, first);
    expect(await accepted(askStart(world, 'carol', { deviceType: 't4' }))).toMatchObject({
      hostId: null,
    });
  });

  it('hears of every move, because everybody’s place in it has changed', async () => {
    const { world, database } = stage;
    const first = await sessionIn(world, 'running', { deviceType: 't4' });
    const waiting = [await ask('bob'), await ask('carol')];
    await leave(world, first);
    await database.db.update(notices).set({ state: 'sent' });
    await accepted(act(world, promote, null));
    const due = await database.db.select().from(notices).where(eq(notices.state, 'due'));
    expect(due.map(({ sessionId }) => sessionId).sort()).toEqual(waiting.sort());
  });

  it('is left by stopping, and the hold is released', async () => {
    const { world } = stage;
    await sessionIn(world, 'running', { deviceType: 't4' });
    const before = await accountOf(world);
    const sessionId = await ask('bob');
    await accepted(act(world, stop, { sessionId }));
    expect(await accountOf(world)).toEqual(before);
    expect(await viewOf(world, sessionId)).toMatchObject({ state: 'ended', charged: null });
  });

  it('never gives a device that is dearer than what was held for it', async () => {
    const { world } = stage;
    await sessionIn(world, 'running', { deviceType: 't4' });
    const sessionId = await ask('carol', 'any');
    expect(await viewOf(world, sessionId)).toMatchObject({ held: 2n * ticksPerCredit });
    const [host] = world.hosts;
    const seen = (uuid: string, index: number, type: string) => {
      return { uuid, index, type, model: type, memoryMib: 81_920 };
    };
    const devices = [seen('GPU-gpu-1-0', 0, 't4'), seen('GPU-new', 1, 'h100')];
    await accepted(act(world, recordInventory, { hostId: host?.hostId ?? '', devices }));
    await accepted(act(world, promote, null));
    const view = await viewOf(world, sessionId);
    const wholeLease = BigInt(view.leaseSeconds) * view.ticksPerSecond;
    expect(wholeLease).toBeLessThanOrEqual(view.held);
  });
});
