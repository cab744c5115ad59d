import { expect, test } from 'vitest';

import { Fault, type FaultCode } from '../../core/fault.ts';
import {
  beginStart,
  createTestFleet,
  deviceUuidsOf,
  never,
  noon,
  sessionSpec,
  startReady,
} from '../support/simulated-fleet.ts';

const outcomeOf = (work: Promise<unknown>) => work.catch((error: unknown) => error);

test('a lost host answers nothing until the deadline, and its containers run on', async () => {
  const world = createTestFleet();
  await startReady(world, sessionSpec());
  world.fleet.loseHost('gpu-1');
  let answered = false;
  const observing = outcomeOf(world.spawner.observe(never)).finally(() => {
    answered = true;
  });
  await world.clock.advance(4999);
  expect(answered).toBe(false);
  await world.clock.advance(1);
  expect(await observing).toMatchObject({ code: 'host_unreachable', facts: { host: 'gpu-1' } });
  world.fleet.returnHost('gpu-1');
  expect(await world.spawner.observe(never)).toMatchObject([{ state: 'running' }]);
});

test('a start whose host is lost on the way faults, and a later one finds it ready', async () => {
  const world = createTestFleet({ pullSeconds: 0 });
  const spec = sessionSpec();
  const { result } = beginStart(world.spawner, spec);
  await world.clock.advance(1000);
  world.fleet.loseHost('gpu-1');
  await world.clock.advance(10_000);
  expect(await result).toMatchObject({ code: 'host_unreachable' });
  world.fleet.returnHost('gpu-1');
  expect(await world.spawner.start(spec, () => {}, never)).toHaveProperty('url');
});

test('a call to a lost host can be called off', async () => {
  const { fleet, spawner } = createTestFleet();
  fleet.loseHost('gpu-1');
  const control = new AbortController();
  const observing = outcomeOf(spawner.observe(control.signal));
  control.abort();
  expect(await observing).toMatchObject({ code: 'aborted' });
});

test.for<[FaultCode, string[]]>([
  ['image_missing', []],
  ['pull_failed', []],
  ['host_unreachable', []],
  ['gpu_runtime_missing', ['created']],
  ['device_missing', ['created']],
  ['disk_full', ['created']],
  ['engine_refused', ['created']],
  ['container_exited', ['exited']],
  ['deadline_passed', ['running']],
])('a start that fails with %s leaves %j, and only that start fails', async ([code, left]) => {
  const world = createTestFleet();
  world.fleet.failNextStart('gpu-1', code);
  const spec = sessionSpec();
  const fault = await startReady(world, spec);
  expect(fault).toBeInstanceOf(Fault);
  expect(fault).toMatchObject({ code, facts: { host: 'gpu-1' } });
  const observed = await world.spawner.observe(never);
  expect(observed.map((container) => container.state)).toEqual(left);
  await world.spawner.stop(spec.sessionId, 0, never);
  expect(await startReady(world, spec)).toHaveProperty('containerId');
});

test('a container that ended is not started again', async () => {
  const world = createTestFleet();
  const spec = sessionSpec();
  await startReady(world, spec);
  world.fleet.exitContainer(spec.sessionId, 1, { outOfMemory: false });
  expect(await startReady(world, spec)).toMatchObject({
    code: 'container_exited',
    facts: { exitCode: 1 },
  });
});

test('a container that runs out of memory is observed so', async () => {
  const world = createTestFleet();
  const spec = sessionSpec();
  await startReady(world, spec);
  world.fleet.exitContainer(spec.sessionId, 137, { outOfMemory: true });
  const finishedAt = new Date(noon.getTime() + 60_000);
  const exited = { state: 'exited', exitCode: 137, outOfMemory: true, url: null, finishedAt };
  expect(await world.spawner.observe(never)).toMatchObject([exited]);
});

test('a lost device is not listed and cannot be started on, until it returns', async () => {
  const world = createTestFleet();
  const uuids = await deviceUuidsOf(world.spawner);
  const [lost = '', kept = ''] = uuids;
  world.fleet.loseDevice('gpu-1', lost);
  expect(await deviceUuidsOf(world.spawner)).toEqual([kept]);
  const spec = sessionSpec({ deviceUuids: [lost] });
  expect(await startReady(world, spec)).toMatchObject({ code: 'device_missing' });
  world.fleet.returnDevice('gpu-1', lost);
  expect(await deviceUuidsOf(world.spawner)).toEqual(uuids);
  expect(await startReady(world, spec)).toHaveProperty('containerId');
});

test('memory left on a device shows without a process', async () => {
  const { fleet, spawner } = createTestFleet();
  const [uuid = ''] = await deviceUuidsOf(spawner);
  fleet.leaveMemory('gpu-1', uuid, 7000);
  const { devices } = await spawner.inventory(never);
  expect(devices[0]?.sample).toMatchObject({ memoryUsedMib: 7004, processes: [] });
});

test('a slow pull takes as long as it was told, even where the image was', async () => {
  const world = createTestFleet();
  await startReady(world, sessionSpec());
  world.fleet.slowPull('gpu-1', 600);
  const { progress } = beginStart(world.spawner, sessionSpec());
  await world.clock.advance(599_000);
  expect(progress.at(-1)).toMatchObject({ stage: 'pulling' });
  await world.clock.advance(1000);
  expect(progress.at(-1)).toEqual({ stage: 'booting' });
});

test('what no host has is a mistake of the caller', () => {
  const { fleet } = createTestFleet();
  expect(() => fleet.loseHost('gpu-9')).toThrow('no host gpu-9');
  expect(() => fleet.loseDevice('gpu-1', 'GPU-9')).toThrow('no device GPU-9');
  expect(() => fleet.rest('session-9')).toThrow('no simulated container');
});
