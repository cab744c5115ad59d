import { expect, test } from 'vitest';
import { createAbsentSpawner } from '../../adapters/absent/spawner.ts';
import { createSimulatedFleet } from '../../adapters/simulated/fleet.ts';
import { createFakeClock } from '../support/fake-clock.ts';
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

const after = (seconds: number) => new Date(noon.getTime() + seconds * 1000);

test('a host is as big as it was said, or as one of eight A100 would be', async () => {
  const big = { cpus: 8, memoryBytes: 1024, driver: '1.2', cuda: '3.4' };
  const hosts = [
    { name: 'gpu-1', devices: [a100] },
    { name: 'gpu-2', devices: [a100], ...big },
  ];
  const { fleet, spawner } = createTestFleet({ hosts });
  const inventory = await spawner.inventory(never);
  expect(inventory).toMatchObject({
    ...{ driver: '580.82.07', cuda: '13.0', cpus: 64, memoryBytes: 512 * 2 ** 30 },
    devices: [{ uuid: expect.stringMatching(/^GPU(-[0-9a-f]+){5}$/), index: 0, ...a100 }],
  });
  expect(await fleet.spawner('gpu-2', 'i').inventory(never)).toMatchObject(big);
  expect(() => createTestFleet({ hosts: [...hosts, ...hosts] })).toThrow('different names');
});

test('left to itself a fleet pulls for 20 seconds, boots for 3 and is given up after 5', async () => {
  const clock = createFakeClock(noon);
  const hosts = [{ name: 'gpu-1', devices: [] }];
  const fleet = createSimulatedFleet({ clock, hosts, origin: () => 'http://127.0.0.1:1' });
  const spawner = fleet.spawner('gpu-1', 'i');
  const [spec, settled] = [sessionSpec(), [] as unknown[]];
  void beginStart(spawner, spec).result.then((started) => settled.push(started));
  await clock.advance(22_999);
  expect(settled).toEqual([]);
  await clock.advance(1);
  expect(settled).toEqual([
    {
      containerId: expect.any(String),
      url: 'http://127.0.0.1:1/simulated/brave-otter/',
      ssh: null,
      verdict: null,
    },
  ]);
  fleet.loseHost('gpu-1');
  const keys = spawner.admitKeys(spec.sessionId, [], never).catch((error) => settled.push(error));
  await clock.advance(4999);
  expect(settled).toHaveLength(1);
  await clock.advance(1);
  await keys;
  expect(settled[1]).toMatchObject({ code: 'host_unreachable', facts: { host: 'gpu-1' } });
});

test('what runs is observed by its own installation alone, and its devices by all', async () => {
  const world = createTestFleet();
  const [first = ''] = await deviceUuidsOf(world.spawner);
  const spec = sessionSpec({ deviceUuids: [first] });
  await startReady(world, spec);
  const other = world.fleet.spawner('gpu-1', 'installation-2');
  expect(await other.observe(never)).toEqual([]);
  const { devices } = await other.inventory(never);
  expect(devices.map(({ sample }) => sample.processes.length)).toEqual([1, 0]);
  await other.stop(spec.sessionId, 0, never);
  expect(await world.spawner.observe(never)).toEqual([
    {
      sessionId: spec.sessionId,
      containerId: expect.any(String),
      state: 'running',
      startedAt: after(20),
      finishedAt: null,
      exitCode: null,
      outOfMemory: false,
      url: 'http://127.0.0.1:4000/simulated/brave-otter/',
      ssh: null,
    },
  ]);
});

test('a person’s files stay when their container goes, for that person in that installation', async () => {
  const world = createTestFleet();
  const first = sessionSpec();
  await startReady(world, first);
  world.fleet.workspace(first.sessionId).set('a.py', 'x');
  await world.spawner.stop(first.sessionId, 0, never);
  const files = async (spawner: typeof world.spawner, personId: string) => {
    const spec = sessionSpec({ personId });
    await startReady({ ...world, spawner }, spec);
    return [...world.fleet.workspace(spec.sessionId).keys()];
  };
  expect(await files(world.spawner, 'alice')).toEqual(['a.py']);
  expect(await files(world.spawner, 'bob')).toEqual([]);
  expect(await files(world.fleet.spawner('gpu-1', 'installation-2'), 'alice')).toEqual([]);
});

test('a session rests since it first did', async () => {
  const world = createTestFleet();
  const spec = sessionSpec({ token: 'a token' });
  await startReady(world, spec);
  const status = async () => {
    const path = 'http://127.0.0.1:4000/simulated/brave-otter/api/status?token=a+token';
    return world.fleet.page(new Request(path)).json();
  };
  world.fleet.rest(spec.sessionId);
  await world.clock.advance(60_000);
  world.fleet.rest(spec.sessionId);
  expect(await status()).toMatchObject({ last_activity: after(60).toISOString() });
  world.fleet.work(spec.sessionId);
  expect(await status()).toMatchObject({ last_activity: after(120).toISOString(), connections: 1 });
});

test('a page is only read, goes into no cache and runs no script', () => {
  const { fleet } = createTestFleet();
  const url = 'http://127.0.0.1:4000/simulated/brave-otter/lab';
  const refused = fleet.page(new Request(url, { method: 'POST' }));
  expect(refused.status).toBe(405);
  expect(refused.headers.get('cache-control')).toBe('no-store');
  expect(refused.headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'unsafe-inline'",
  );
});

test.for([
  [1, 'ended before it was ready'],
  [null, 'removed before it was ready'],
] as const)('a start that breaks off says how: exit code %s', async ([exitCode, detail]) => {
  const { fleet, spawner, clock } = createTestFleet({ pullSeconds: 0 });
  const spec = sessionSpec();
  const { result } = beginStart(spawner, spec);
  await clock.advance(1000);
  if (exitCode === null) await spawner.stop(spec.sessionId, 0, never);
  else fleet.exitContainer(spec.sessionId, exitCode, { outOfMemory: false });
  await clock.advance(1000);
  const broken = await result;
  expect(broken).toMatchObject({ code: 'container_exited' });
  expect(broken).toHaveProperty('facts.detail', detail);
  expect(broken).toHaveProperty('facts.logTail', 'the simulated container ended');
  if (exitCode !== null) expect(broken).toHaveProperty('facts.exitCode', exitCode);
});

test('a pull tells its bytes, of which more are known at first', async () => {
  const { spawner, clock } = createTestFleet({ pullSeconds: 10 });
  const { image } = sessionSpec();
  const { progress } = beginStart(spawner, sessionSpec({ image: { ...image, build: null } }));
  await clock.advance(10_000);
  const pulling = { stage: 'pulling', totalBytes: 3_400_000_000 };
  expect(progress.slice(0, 3)).toEqual([
    { stage: 'pulling', doneBytes: 0, totalBytes: 1_360_000_000 },
    { stage: 'pulling', doneBytes: 170_000_000, totalBytes: 1_700_000_000 },
    { stage: 'pulling', doneBytes: 340_000_000, totalBytes: 2_040_000_000 },
  ]);
  expect(progress[10]).toEqual({ ...pulling, doneBytes: 1_700_000_000 });
  expect(progress[19]).toEqual({ ...pulling, doneBytes: 3_230_000_000 });
  expect(progress.slice(20)).toEqual([{ stage: 'creating' }, { stage: 'booting' }]);
});

test('a host that is no longer configured answers nothing, and has nothing left to stop', async () => {
  const absent = createAbsentSpawner('gpu-9');
  const asked = [
    absent.observe(never),
    absent.inventory(never),
    absent.start(sessionSpec(), () => {}, never),
    absent.admitKeys('s', [], never),
  ];
  for (const answer of asked)
    await expect(answer).rejects.toMatchObject({
      code: 'host_unreachable',
      facts: { host: 'gpu-9', detail: 'it is no longer configured' },
    });
  await absent.stop('s', 30, never);
  await absent.close();
});
