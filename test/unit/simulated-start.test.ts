import { expect, test } from 'vitest';
import { pytorch } from '../support/facts.ts';

import {
  a100,
  beginStart,
  createTestFleet,
  deviceUuidsOf,
  never,
  noon,
  sessionSpec,
  startReady,
} from '../support/simulated-fleet.ts';

const stages = (progress: readonly { stage: string }[]) => [
  ...new Set(progress.map(({ stage }) => stage)),
];

test('the first start on a host pulls, creates and boots in the time it was given', async () => {
  const { clock, spawner } = createTestFleet();
  const { progress, result } = beginStart(spawner, sessionSpec());
  await clock.advance(19_999);
  expect(stages(progress)).toEqual(['pulling']);
  await clock.advance(1);
  expect(stages(progress)).toEqual(['pulling', 'creating', 'booting']);
  await clock.advance(3000);
  expect(await result).toMatchObject({ url: 'http://127.0.0.1:4000/simulated/brave-otter/' });
});

test('bytes only grow and are never all there before the end', async () => {
  const { clock, spawner } = createTestFleet();
  const { progress } = beginStart(spawner, sessionSpec());
  await clock.advance(60_000);
  const pulls = progress.filter((step) => step.stage === 'pulling');
  expect(pulls).toHaveLength(40);
  for (const [at, pull] of pulls.entries()) {
    expect(pull.doneBytes).toBeLessThan(pull.totalBytes);
    expect(pull.doneBytes).toBeGreaterThanOrEqual(pulls[at - 1]?.doneBytes ?? 0);
    expect(pull.totalBytes).toBeGreaterThanOrEqual(pulls[at - 1]?.totalBytes ?? 0);
  }
});

test('an image of our own is built, step by step', async () => {
  const { clock, spawner } = createTestFleet();
  const image = { ...pytorch, build: { BASE: 'debian' } };
  const { progress } = beginStart(spawner, sessionSpec({ image }));
  await clock.advance(60_000);
  expect(stages(progress)).toEqual(['building', 'creating', 'booting']);
  const steps = progress.filter((step) => step.stage === 'building').map(({ step }) => step);
  expect([steps[0], steps.at(-1)]).toEqual([1, 9]);
});

test('later starts of the image on that host do not pull', async () => {
  const world = createTestFleet();
  await startReady(world, sessionSpec());
  const { progress } = beginStart(world.spawner, sessionSpec());
  await world.clock.advance(3000);
  expect(stages(progress)).toEqual(['creating', 'booting']);
});

test('two who want the same image wait for one pull', async () => {
  const { clock, spawner } = createTestFleet();
  beginStart(spawner, sessionSpec());
  await clock.advance(15_000);
  const { result } = beginStart(spawner, sessionSpec());
  await clock.advance(8000);
  expect(await result).toHaveProperty('containerId');
});

test('two starts of one session at once end in one container', async () => {
  const { clock, spawner } = createTestFleet();
  const spec = sessionSpec();
  const both = [beginStart(spawner, spec), beginStart(spawner, spec)];
  await clock.advance(60_000);
  const [first, second] = await Promise.all(both.map(({ result }) => result));
  expect(first).toHaveProperty('containerId');
  expect(second).toEqual(first);
  expect(await spawner.observe(never)).toHaveLength(1);
});

test('a start called off between creating and running leaves a created container', async () => {
  const { clock, spawner } = createTestFleet({ pullSeconds: 0 });
  const control = new AbortController();
  const spec = sessionSpec();
  const starting = spawner.start(
    spec,
    ({ stage }) => stage === 'creating' && control.abort(),
    control.signal,
  );
  await expect(starting).rejects.toMatchObject({ code: 'aborted' });
  expect(await spawner.observe(never)).toMatchObject([{ state: 'created', startedAt: null }]);
  await clock.advance(3_600_000);
  expect(await spawner.observe(never)).toMatchObject([{ state: 'created' }]);
  await spawner.stop(spec.sessionId, 10, never);
  expect(await spawner.observe(never)).toEqual([]);
});

test('a session stopped while it boots was removed before it was ready', async () => {
  const { clock, spawner } = createTestFleet({ pullSeconds: 0 });
  const spec = sessionSpec();
  const { result } = beginStart(spawner, spec);
  await clock.advance(1000);
  const stopping = spawner.stop(spec.sessionId, 10, never);
  await clock.advance(1000);
  await stopping;
  await clock.advance(10_000);
  expect(await result).toMatchObject({ code: 'container_exited', facts: { exitCode: 143 } });
});

test('a session stopped before it ran does not run afterwards', async () => {
  const { spawner } = createTestFleet({ pullSeconds: 0 });
  const spec = sessionSpec();
  let stopping = Promise.resolve();
  const stopWhenCreated = ({ stage }: { stage: string }) => {
    if (stage === 'creating') stopping = spawner.stop(spec.sessionId, 0, never);
  };
  const starting = spawner.start(spec, stopWhenCreated, never);
  await expect(starting).rejects.toMatchObject({ code: 'container_exited' });
  await stopping;
  expect(await spawner.observe(never)).toEqual([]);
});

test('stopping takes a second of the grace, and none without grace', async () => {
  const world = createTestFleet();
  const [patient, hasty] = [sessionSpec(), sessionSpec()];
  await startReady(world, patient);
  await startReady(world, hasty);
  await world.spawner.stop(hasty.sessionId, 0, never);
  const stopping = world.spawner.stop(patient.sessionId, 10, never);
  await world.clock.advance(999);
  expect(await world.spawner.observe(never)).toHaveLength(1);
  await world.clock.advance(1);
  await stopping;
  expect(await world.spawner.observe(never)).toEqual([]);
});

test('instants are those of the shared clock', async () => {
  const { clock, spawner } = createTestFleet();
  const { result } = beginStart(spawner, sessionSpec());
  await clock.advance(60_000);
  await result;
  const startedAt = new Date(noon.getTime() + 20_000);
  expect(await spawner.observe(never)).toMatchObject([{ state: 'running', startedAt }]);
});

test('ten thousand devices start, show and stop ten thousand sessions', async () => {
  const world = createTestFleet({
    hosts: [{ name: 'gpu-1', devices: Array(10_000).fill(a100) }],
    pullSeconds: 0,
    bootSeconds: 0,
  });
  const uuids = await deviceUuidsOf(world.spawner);
  const specs = uuids.map((uuid, at) =>
    sessionSpec({ deviceUuids: [uuid], sessionName: `otter-${at}` }),
  );
  await Promise.all(specs.map((spec) => world.spawner.start(spec, () => {}, never)));
  expect(await world.spawner.observe(never)).toHaveLength(10_000);
  const { devices } = await world.spawner.inventory(never);
  expect(devices.every(({ sample }) => sample.processes.length === 1)).toBe(true);
  await Promise.all(specs.map((spec) => world.spawner.stop(spec.sessionId, 0, never)));
  expect(await world.spawner.observe(never)).toEqual([]);
});
