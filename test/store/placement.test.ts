import { expect, it } from 'vitest';
import { recordInventory, type SeenDevice } from '../../core/actions/observe.ts';
import { promote } from '../../core/actions/promote.ts';
import { stop } from '../../core/actions/stop.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { act, onEachDatabase, sessionIn, viewOf } from '../support/stage.ts';
import { accepted, askStart, lab, noon, refused } from '../support/world.ts';

const prices = { default: 10_000n, t4: 2_000n, cpu: 1_000n };
const options = {
  policy: { prices },
  hosts: { 'gpu-1': ['a100-80gb'], 'gpu-2': ['t4'] },
  credits: 13,
};
const seen = (uuid: string, type: string, index = 0): SeenDevice => {
  return { uuid, index, type, model: type, memoryMib: 16_384 };
};

onEachDatabase('what a placement holds', options, (stage) => {
  it('is the price of the device that it got, not of the dearest that would have done', async () => {
    const { sessionId } = await accepted(askStart(stage.world, 'bob', { deviceType: 'any' }));
    const view = await viewOf(stage.world, sessionId);
    expect(view).toMatchObject({ held: 2n * ticksPerCredit, ticksPerSecond: 2_000n });
  });

  it('shrinks when somebody in line gets a cheaper one', async () => {
    const { world } = stage;
    const first = await sessionIn(world, 'requested', { deviceType: 't4', leaseSeconds: 600 });
    await sessionIn(world, 'requested', { deviceType: 'a100', leaseSeconds: 600 });
    const { sessionId } = await accepted(askStart(world, 'carol', { deviceType: 'any' }));
    expect(await viewOf(world, sessionId)).toMatchObject({ held: 10n * ticksPerCredit });
    await accepted(act(world, stop, { sessionId: first }));
    await accepted(act(world, promote, null));
    expect(await viewOf(world, sessionId)).toMatchObject({
      host: 'gpu-2',
      held: 2n * ticksPerCredit,
    });
    expect(await world.store.checkBook()).toEqual([]);
  });
});

onEachDatabase('a host', options, (stage) => {
  const hostId = () => stage.world.hosts.find(({ name }) => name === 'gpu-1')?.hostId ?? '';

  it('whose driver broke offers nothing, and no processors instead', async () => {
    const devices = [seen('cpu-0', 'cpu'), seen('cpu-1', 'cpu', 1)];
    await accepted(act(stage.world, recordInventory, { hostId: hostId(), devices }));
    const refusal = await refused(askStart(stage.world, 'bob', { deviceType: 'cpu' }));
    expect(refusal).toMatchObject({ kind: 'unknown_device_type', offered: ['t4'] });
  });

  it('gives its only GPU all of itself, though it offered processors before', async () => {
    const { world } = stage;
    await accepted(act(world, recordInventory, { hostId: hostId(), devices: [] }));
    const devices = [seen('GPU-gpu-1-0', 'a100-80gb')];
    await accepted(act(world, recordInventory, { hostId: hostId(), devices }));
    const { sessionId } = await accepted(askStart(world, 'bob'));
    expect(await world.store.containerSpec(sessionId)).toMatchObject({ share: 1 });
  });

  it('that is given another name keeps its devices and its sessions', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running', { deviceType: 'a100' });
    const hosts = [
      { name: 'renamed', address: 'test:gpu-1', simulated: false },
      { name: 'gpu-2', address: 'test:gpu-2', simulated: false },
    ];
    const { hosts: now } = await world.store.setUp({ teams: [lab], hosts });
    expect(now).toContainEqual({ hostId: hostId(), name: 'renamed', configured: true });
    expect(await viewOf(world, sessionId)).toMatchObject({ state: 'running', host: 'renamed' });
  });

  it('cannot offer a GPU that another host has', async () => {
    const devices = [seen('GPU-gpu-2-0', 't4', 1)];
    const recording = act(stage.world, recordInventory, { hostId: hostId(), devices });
    await expect(recording).rejects.toThrow();
  });
});

onEachDatabase('the outbox of a process', {}, (stage) => {
  it('leaves to others what is for a platform that it does not serve', async () => {
    const { store } = stage.world;
    await sessionIn(stage.world, 'requested');
    const asked = { limit: 10, seconds: 60, editSeconds: {} };
    expect(await store.claimNotices({ ...asked, platforms: ['slack'] })).toEqual([]);
    const taken = await store.claimNotices({ ...asked, platforms: ['console'] });
    expect(taken).toMatchObject([{ kind: 'session_changed', attempts: 1 }]);
    expect(stage.world.clock.now()).toEqual(noon);
  });
});
