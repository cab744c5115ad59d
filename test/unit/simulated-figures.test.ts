import { expect, test } from 'vitest';

import { sampleDevice } from '../../adapters/simulated/figures.ts';
import {
  a100,
  createTestFleet,
  deviceUuidsOf,
  never,
  noon,
  sessionSpec,
  startReady,
} from '../support/simulated-fleet.ts';

const device = { uuid: 'GPU-1', memoryMib: a100.memoryMib, leftoverMib: 0 };
const user = { containerId: 'container-1', resting: false };
const later = (seconds: number) => new Date(noon.getTime() + seconds * 1000);

test('the same device at the same moment shows the same figures', () => {
  expect(sampleDevice(device, noon, [user])).toEqual(sampleDevice(device, noon, [user]));
});

test('figures of a working device move over time and stay possible', () => {
  const samples = Array.from({ length: 600 }, (_, at) => sampleDevice(device, later(at), [user]));
  expect(new Set(samples.map((sample) => sample.utilizationPercent)).size).toBeGreaterThan(30);
  expect(new Set(samples.map((sample) => sample.memoryUsedMib)).size).toBeGreaterThan(100);
  for (const sample of samples) {
    expect(sample.utilizationPercent).toBeGreaterThanOrEqual(55);
    expect(sample.utilizationPercent).toBeLessThanOrEqual(95);
    expect(sample.memoryUsedMib).toBeLessThanOrEqual(device.memoryMib);
    expect(sample.temperatureCelsius).toBeLessThan(80);
    expect(sample.powerWatts).toBeLessThanOrEqual(400);
  }
});

test('two devices do not move alike', () => {
  const other = sampleDevice({ ...device, uuid: 'GPU-2' }, noon, [user]);
  expect(other).not.toEqual(sampleDevice(device, noon, [user]));
});

test('a free device computes nothing and has no process', () => {
  const sample = sampleDevice(device, noon, []);
  expect(sample).toMatchObject({ utilizationPercent: 0, memoryUsedMib: 4, processes: [] });
  expect(sample.powerWatts).toBeGreaterThan(40);
});

test('processes say that they are simulated, and their memory adds up', () => {
  const users = [user, { containerId: 'container-2', resting: true }];
  const { processes, memoryUsedMib } = sampleDevice(device, noon, users);
  expect(processes.map((process) => process.name)).toEqual(Array(2).fill('python (simulated)'));
  expect(processes.reduce((sum, { memoryMib }) => sum + memoryMib, 4)).toBe(memoryUsedMib);
});

test('only the leased device works, and it rests when its session does', async () => {
  const world = createTestFleet();
  const [first = ''] = await deviceUuidsOf(world.spawner);
  const spec = sessionSpec({ deviceUuids: [first] });
  await startReady(world, spec);
  const utilization = async () => {
    const { devices } = await world.spawner.inventory(never);
    return devices.map(({ sample }) => sample.utilizationPercent);
  };
  expect(await utilization()).toEqual([expect.toSatisfy((percent) => percent >= 55), 0]);
  world.fleet.rest(spec.sessionId);
  expect(await utilization()).toEqual([0, 0]);
  world.fleet.work(spec.sessionId);
  expect(await utilization()).not.toEqual([0, 0]);
});

test('the inventory says simulated, and a host without devices has no driver', async () => {
  const { fleet, spawner } = createTestFleet();
  expect(await spawner.inventory(never)).toMatchObject({ engine: 'simulated', simulated: true });
  const bare = await fleet.spawner('gpu-2', 'installation-1').inventory(never);
  expect(bare).toMatchObject({
    simulated: true,
    driver: null,
    cuda: null,
    devices: [],
  });
});

test('devices keep their names over a restart and differ between hosts', async () => {
  const hosts = ['gpu-1', 'gpu-2'].map((name) => ({ name, devices: [a100, a100] }));
  const once = createTestFleet({ hosts });
  const again = createTestFleet({ hosts });
  const uuids = await deviceUuidsOf(once.spawner);
  expect(await deviceUuidsOf(again.spawner)).toEqual(uuids);
  const others = await deviceUuidsOf(once.fleet.spawner('gpu-2', 'installation-1'));
  expect(new Set([...uuids, ...others]).size).toBe(4);
});

test('the figures of a device are those of its name, its memory and the moment alone', () => {
  const users = [user, { containerId: 'container-2', resting: true }];
  const at = (seconds: number, some = users) => {
    const { utilizationPercent, memoryUsedMib, temperatureCelsius, powerWatts, processes } =
      sampleDevice({ ...device, leftoverMib: 100 }, later(seconds), some);
    const memory = processes.map(({ pid, memoryMib }) => `${pid}: ${memoryMib}`);
    return [utilizationPercent, memoryUsedMib, temperatureCelsius, powerWatts, ...memory];
  };
  expect([at(0), at(7), at(100)]).toEqual([
    [69, 22_830, 59, 298, '28506: 22214', '20887: 512'],
    [79, 23_411, 64, 335, '28506: 22795', '20887: 512'],
    [83, 30_804, 68, 348, '28506: 30188', '20887: 512'],
  ]);
  expect(at(0, users.slice(1))).toEqual([0, 616, 30, 51, '20887: 512']);
  expect(at(0, [])).toEqual([0, 104, 30, 51]);
});

test('a device shows no more memory than it has', () => {
  const full = { ...device, leftoverMib: device.memoryMib };
  expect(sampleDevice(full, noon, [user]).memoryUsedMib).toBe(device.memoryMib);
});
