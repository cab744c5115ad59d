import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { ticksPerCredit } from '../../core/money.ts';
import { hosts } from '../../db/schema/fleet.ts';
import { accountOf, onEachDatabase, viewOf } from '../support/stage.ts';
import { accepted, askStart, lab, refused } from '../support/world.ts';

const prices = { default: 10_000n, t4: 2_000n, cpu: 1_000n };
const policy = {
  prices,
  queueLimit: 2,
  images: [
    { names: ['2.9-cuda13.0'], cuda: '13.0', compute: null },
    { names: ['2.9', 'latest'], cuda: '12.8', compute: null },
    { names: ['python'], cuda: null, compute: null },
  ],
};
const fleet = { 'gpu-1': ['a100-80gb', 'a100-80gb'], 'gpu-2': ['t4'], 'cpu-1': ['cpu', 'cpu'] };

onEachDatabase('a start', { policy, hosts: fleet }, (stage) => {
  const setHost = (name: string, set: Partial<typeof hosts.$inferInsert>) =>
    stage.database.db.update(hosts).set(set).where(eq(hosts.name, name));

  it('is refused below and above the lengths of a lease', async () => {
    expect(await refused(askStart(stage.world, 'bob', { leaseSeconds: 299 }))).toEqual({
      kind: 'lease_too_short',
      askedSeconds: 299,
      leastSeconds: 300,
    });
    expect(await refused(askStart(stage.world, 'bob', { leaseSeconds: 86_401 }))).toEqual({
      kind: 'lease_too_long',
      askedSeconds: 86_401,
      mostSeconds: 86_400,
    });
    await accepted(askStart(stage.world, 'bob', { leaseSeconds: 300 }));
  });

  it('is refused for a type that no host has, naming those there are', async () => {
    expect(await refused(askStart(stage.world, 'bob', { deviceType: 'h100' }))).toEqual({
      kind: 'unknown_device_type',
      typed: 'h100',
      offered: ['a100-80gb', 't4', 'cpu'],
    });
  });

  it('is refused for more devices than one host has', async () => {
    const ask = { kind: 'too_many_devices', asked: 3, deviceType: 'a100', most: 2 };
    expect(await refused(askStart(stage.world, 'bob', { deviceCount: 3 }))).toEqual(ask);
  });

  it('is refused where no host could run its image, and nothing is held', async () => {
    await setHost('gpu-1', { driver: '550.54.14' });
    const image = {
      name: 'pytorch2.9-cuda13.0-cudnn9-runtime',
      reference: 'r',
      build: null,
      cuda: '13.0',
      compute: { least: '7.5', most: '12.0' },
    };
    expect(await refused(askStart(stage.world, 'bob', { image }))).toEqual({
      kind: 'image_cannot_run',
      image: 'pytorch2.9-cuda13.0-cudnn9-runtime',
      cuda: '13.0',
      compute: { least: '7.5', most: '12.0' },
      leastDriver: '580.65.06',
      obstacles: [{ host: 'gpu-1', driver: '550.54.14', type: 'a100-80gb', why: 'driver' }],
      images: ['2.9'],
    });
    expect(await accountOf(stage.world)).toMatchObject({ held: 0n });
    await accepted(askStart(stage.world, 'bob', { image: { ...image, cuda: '12.8' } }));
    // One of any kind may come from the other host, whose driver nobody knows.
    const { hostId } = await accepted(askStart(stage.world, 'bob', { image, deviceType: 'any' }));
    const isOther = stage.world.hosts.find((host) => host.hostId === hostId);
    expect(isOther?.name).toBe('gpu-2');
  });

  it('is refused for a GPU that its PyTorch was not made for', async () => {
    const image = { name: 'old', reference: 'r', build: null, cuda: '12.6' };
    const compute = { least: '8.0', most: '9.0' };
    const ask = { deviceType: 't4', image: { ...image, compute } };
    expect(await refused(askStart(stage.world, 'bob', ask))).toMatchObject({
      kind: 'image_cannot_run',
      obstacles: [{ host: 'gpu-2', type: 't4', why: 'generation' }],
    });
  });

  it('is refused when the line is full', async () => {
    const ask = () => askStart(stage.world, 'bob', { deviceType: 't4' });
    const states = [];
    for (let i = 0; i < 3; i += 1)
      states.push((await accepted(ask())).hostId ? 'placed' : 'queued');
    expect(states).toEqual(['placed', 'queued', 'queued']);
    expect(await refused(ask())).toEqual({ kind: 'queue_full', limit: 2 });
    expect(await accountOf(stage.world)).toMatchObject({ held: 6n * ticksPerCredit });
  });

  it('says when a device will be free instead of waiting in line', async () => {
    const ask = { deviceType: 't4', now: true };
    await accepted(askStart(stage.world, 'bob', ask));
    const estimatedAt = new Date(stage.world.clock.now().getTime() + 3_600_000);
    expect(await refused(askStart(stage.world, 'carol', ask))).toEqual({
      kind: 'none_free',
      deviceType: 't4',
      deviceCount: 1,
      estimatedAt,
    });
  });

  it('waits for a host that is silent or draining', async () => {
    await setHost('gpu-1', { state: 'draining' });
    expect(await accepted(askStart(stage.world, 'bob'))).toMatchObject({ hostId: null });
    await setHost('gpu-2', { seenAt: new Date(0) });
    const silent = askStart(stage.world, 'bob', { deviceType: 't4' });
    expect(await accepted(silent)).toMatchObject({ hostId: null });
  });

  it('is refused for what only a host has that is no longer configured', async () => {
    const { world } = stage;
    const teams = [lab];
    await world.store.setUp({
      teams,
      hosts: [{ name: 'gpu-2', address: 'test:gpu-2', simulated: false }],
    });
    const refusal = await refused(askStart(world, 'bob'));
    expect(refusal).toMatchObject({ kind: 'unknown_device_type', offered: ['t4'] });
    await world.store.setUp({ teams, hosts: [] });
    expect(await refused(askStart(world, 'bob'))).toEqual({ kind: 'no_hosts_yet' });
  });

  it('gives any GPU at the price of the one that it got', async () => {
    const { sessionId } = await accepted(askStart(stage.world, 'bob', { deviceType: 'any' }));
    const view = await viewOf(stage.world, sessionId);
    expect(view).toMatchObject({ host: 'gpu-2', ticksPerSecond: 2_000n });
    expect(view.devices).toMatchObject([{ type: 't4' }]);
  });

  it('gives the CPU to who asks for it', async () => {
    const ask = { deviceType: 'cpu', deviceCount: 2 };
    const { sessionId } = await accepted(askStart(stage.world, 'bob', ask));
    const view = await viewOf(stage.world, sessionId);
    expect(view).toMatchObject({ host: 'cpu-1', held: 2n * ticksPerCredit });
    const spec = await stage.world.store.containerSpec(sessionId);
    expect(spec).toMatchObject({ deviceUuids: [], share: 1 });
  });

  it('names exactly its devices and its share of the host for the container', async () => {
    const { sessionId, name } = await accepted(askStart(stage.world, 'bob'));
    const spec = await stage.world.store.containerSpec(sessionId);
    expect(spec).toMatchObject({ sessionName: name, deviceUuids: ['GPU-gpu-1-0'], share: 0.5 });
  });
});

onEachDatabase('a start without hosts', { hosts: {} }, (stage) => {
  it('is refused', async () => {
    expect(await refused(askStart(stage.world, 'bob'))).toEqual({ kind: 'no_hosts_yet' });
  });
});
