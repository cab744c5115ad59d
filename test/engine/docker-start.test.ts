import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { containerName, toCreateOptions } from '../../adapters/docker/container-spec.ts';
import { createDockerSpawner } from '../../adapters/docker/spawner.ts';
import type { ContainerSpec, Spawner } from '../../core/ports.ts';
import { faultOf, never } from '../contract/spawner-harness.ts';
import { type GpuHost, startGpuHost } from '../support/gpu-host.ts';
import { createInside, fetchStatus, optionsFor } from './docker-harness.ts';

const a100 = { model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 };
const installationId = randomUUID();
let host: GpuHost;
let spawner: Spawner;

beforeAll(async () => {
  host = await startGpuHost({ gpus: [a100, a100] });
  spawner = createDockerSpawner(optionsFor(host, installationId));
});

afterEach(async () => {
  for (const { sessionId } of await spawner.observe(never)) await spawner.stop(sessionId, 0, never);
});

afterAll(async () => {
  await spawner?.close();
  await host?.stop();
});

function specFor(facts: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    sessionId: randomUUID(),
    sessionName: 'brave-otter',
    personId: randomUUID(),
    image: host.image,
    deviceUuids: host.gpus.slice(0, 1).map((gpu) => gpu.uuid),
    share: 0.5,
    sshKeys: [],
    check: false,
    token: randomUUID(),
    ...facts,
  };
}

function start(spec: ContainerSpec) {
  return spawner.start(spec, () => undefined, never);
}

/** What an earlier process would have created for the session, but for the given devices. */
function createWith(spec: ContainerSpec, requests: { DeviceIDs: string[] }[]) {
  const facts = { installationId, cpus: 1, memoryBytes: 2 ** 32, bindAddress: '0.0.0.0' };
  const options = toCreateOptions(spec, facts);
  const DeviceRequests = requests.map((request) => ({
    ...request,
    Driver: 'nvidia',
    Capabilities: [['gpu', 'utility', 'compute']],
  }));
  return host.docker.createContainer({
    ...options,
    HostConfig: { ...options.HostConfig, DeviceRequests },
  });
}

test('a container that the engine started without its GPU is not handed over', async () => {
  const spec = specFor();
  await createWith(spec, [{ DeviceIDs: [] }]);
  const { code, fault } = await faultOf(start(spec));
  expect(code).toBe('device_missing');
  expect(fault.facts.detail).toContain(spec.deviceUuids[0]);
});

test('of two device requests the engine heeds the last alone, and that is noticed', async () => {
  const uuids = host.gpus.map((gpu) => gpu.uuid);
  const spec = specFor({ deviceUuids: uuids });
  await createWith(
    spec,
    uuids.map((uuid) => ({ DeviceIDs: [uuid] })),
  );
  const { code, fault } = await faultOf(start(spec));
  expect(code).toBe('device_missing');
  expect(fault.facts.detail).toMatch(new RegExp(`seen inside: ${uuids[1]}$`));
});

test('a container that ends before it is ready says how, with its last lines', async () => {
  const spec = specFor();
  const { id } = await host.docker.createContainer({
    ...toCreateOptions(spec, { installationId, cpus: 1, memoryBytes: 2 ** 32, bindAddress: '' }),
    Entrypoint: ['sh', '-c', 'echo no module named torch >&2; exit 7'],
  });
  const { code, fault } = await faultOf(start(spec));
  expect(code).toBe('container_exited');
  expect(fault.facts).toMatchObject({ exitCode: 7, logTail: 'no module named torch' });
  expect(await spawner.observe(never)).toMatchObject([
    { containerId: id, state: 'exited', exitCode: 7 },
  ]);
});

test("a name that is taken by another's container is refused, and that one is left alone", async () => {
  const spec = specFor();
  const foreign = await host.docker.createContainer({
    name: containerName(spec),
    Image: host.probeImage,
    Cmd: ['true'],
  });
  expect((await faultOf(start(spec))).code).toBe('engine_refused');
  await spawner.stop(spec.sessionId, 0, never);
  expect((await foreign.inspect()).State.Status).toBe('created');
  await foreign.remove();
});

test('two people on one host each have their own GPU, files and limits', async () => {
  const [first = '', second = ''] = host.gpus.map((gpu) => gpu.uuid);
  const ada = specFor({ deviceUuids: [first], sessionName: 'calm-crow' });
  const bob = specFor({ deviceUuids: [second], sessionName: 'wild-hare' });
  const [atAda, atBob] = await Promise.all([start(ada), start(bob)]);
  const inside = createInside(host);
  expect(await inside.devicesSeenBy(ada.sessionId)).toEqual([first]);
  expect(await inside.devicesSeenBy(bob.sessionId)).toEqual([second]);
  expect(await fetchStatus(atAda.url, bob.token)).toBe(403);
  expect(await fetchStatus(atBob.url, ada.token)).toBe(403);
  const { stdout } = await inside.run(ada.sessionId, ['sh', '-c', 'id -u; cat /run/dibs/token']);
  expect(stdout).toBe(`1000\n${ada.token}`);
});

test('a driver that fails the start is told in its own words', async () => {
  await host.setStartFault('initialization error: nvml error: driver not loaded');
  const { code, fault } = await faultOf(start(specFor())).finally(() => host.setStartFault(null));
  expect(code).toBe('gpu_runtime_missing');
  expect(fault.facts.detail).toBe(
    'engine: nvidia-container-cli: initialization error: nvml error: driver not loaded',
  );
});

test('an engine that restarts ends its sessions, and they are observed as ended', async () => {
  const spec = specFor();
  await start(spec);
  await host.restartEngine();
  const [seen] = await spawner.observe(never);
  expect(seen).toMatchObject({ sessionId: spec.sessionId, state: 'exited', url: null });
  expect(seen?.exitCode).not.toBeNull();
});
