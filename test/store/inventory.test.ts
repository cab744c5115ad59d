import { describe, expect, it } from 'vitest';
import { devicesOf, recordInventory, type SeenDevice } from '../../core/actions/observe.ts';
import type { Inventory } from '../../core/ports.ts';
import { noonPlus } from '../support/facts.ts';
import { act, onEachDatabase, sessionIn, viewOf } from '../support/stage.ts';
import { accepted, noon } from '../support/world.ts';

const inventory: Inventory = {
  engine: 'docker 28.5.1',
  simulated: false,
  driver: '580.10',
  cuda: '13.0',
  cpus: 16,
  memoryBytes: 64 * 2 ** 30,
  devices: [],
};

function seen(index: number, uuid = `GPU-gpu-1-${index}`): SeenDevice {
  return { uuid, index, type: 'a100-80gb', model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 };
}

describe('the devices of a host', () => {
  it('are its GPUs, by their types', () => {
    const gpu = { uuid: 'GPU-1', index: 3, model: 'Tesla T4', memoryMib: 15_360 };
    const sample = {
      utilizationPercent: 0,
      memoryUsedMib: 0,
      temperatureCelsius: null,
      powerWatts: null,
      processes: [],
    };
    const found = devicesOf({ ...inventory, devices: [{ ...gpu, sample }] });
    expect(found).toEqual([{ ...gpu, type: 't4' }]);
  });

  it('are slots of CPU where it has none', () => {
    const slots = (cpus: number) => devicesOf({ ...inventory, cpus });
    expect(slots(1)).toHaveLength(1);
    expect(slots(6)).toHaveLength(3);
    expect(slots(128)).toHaveLength(8);
    expect(slots(6)[2]).toEqual({
      uuid: 'cpu-2',
      index: 2,
      type: 'cpu',
      model: 'CPU',
      memoryMib: 21_845,
    });
  });
});

onEachDatabase('an inventory', {}, (stage) => {
  const hostId = () => stage.world.hosts[0]?.hostId ?? '';
  const record = (...devices: SeenDevice[]) =>
    accepted(act(stage.world, recordInventory, { hostId: hostId(), devices }));
  const devices = async () =>
    (await stage.world.store.fleet()).hosts.flatMap((host) =>
      host.devices.map(({ uuid, index, state }) => `${index} ${uuid} ${state}`),
    );

  it('adds what is new and keeps what is known', async () => {
    await record(seen(0), seen(1), seen(2));
    await record(seen(0), seen(1), seen(2));
    expect(await devices()).toEqual([
      '0 GPU-gpu-1-0 offered',
      '1 GPU-gpu-1-1 offered',
      '2 GPU-gpu-1-2 offered',
    ]);
  });

  it('quarantines what is missing and offers it again when it is back', async () => {
    await record(seen(1));
    expect(await devices()).toEqual(['0 GPU-gpu-1-0 quarantined', '1 GPU-gpu-1-1 offered']);
    await record(seen(0), seen(1));
    expect(await devices()).toEqual(['0 GPU-gpu-1-0 offered', '1 GPU-gpu-1-1 offered']);
  });

  it('follows the host’s own numbering, which moves after a reset', async () => {
    await record(seen(1, 'GPU-gpu-1-0'), seen(0, 'GPU-gpu-1-1'));
    expect(await devices()).toEqual(['0 GPU-gpu-1-1 offered', '1 GPU-gpu-1-0 offered']);
  });

  it('leaves a missing device to the session that has it', async () => {
    const sessionId = await sessionIn(stage.world, 'running');
    await record(seen(1));
    const { devices: held } = await viewOf(stage.world, sessionId);
    expect(held.map(({ uuid }) => uuid)).toEqual(['GPU-gpu-1-0']);
  });

  it('brings the figures of each device to the board', async () => {
    const { world } = stage;
    const sample = {
      utilizationPercent: 97,
      memoryUsedMib: 70_000,
      temperatureCelsius: 66,
      powerWatts: 390.5,
      processes: [{ pid: 7, name: 'python', memoryMib: 69_000 }],
    };
    const found = { ...inventory, devices: [{ ...seen(1), sample }] };
    await world.store.noteSeen(hostId(), noonPlus(10), found);
    const [host] = (await world.store.board()).hosts;
    const { engine, driver, cuda } = inventory;
    expect(host).toMatchObject({ engine, driver, cuda, seenAt: noonPlus(10), fault: null });
    expect(host?.devices.map((device) => device.sample)).toEqual([null, sample]);
  });

  it('of an older look does not take a later one back', async () => {
    const { store } = stage.world;
    await store.noteSeen(hostId(), noonPlus(10), inventory);
    await store.noteSeen(hostId(), noonPlus(5), null);
    expect(await store.hostSeenAt(hostId())).toEqual(noonPlus(10));
  });

  it('that failed leaves the fault, also where its containers are seen, until one is read', async () => {
    const { store } = stage.world;
    const host = async () => (await store.board()).hosts[0];
    await store.noteUnreachable(hostId(), 'connection refused');
    expect(await host()).toMatchObject({ fault: 'connection refused', seenAt: noon });
    await store.noteSeen(hostId(), noonPlus(5), null);
    expect(await host()).toMatchObject({ fault: 'connection refused', seenAt: noonPlus(5) });
    await store.noteSeen(hostId(), noonPlus(6), inventory);
    expect(await host()).toMatchObject({ fault: null, seenAt: noonPlus(6) });
  });
});
