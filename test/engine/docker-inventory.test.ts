import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConnection } from '../../adapters/docker/connection.ts';
import { createHost } from '../../adapters/docker/host.ts';
import { createInventory } from '../../adapters/docker/inventory.ts';
import { createProbe } from '../../adapters/docker/probe.ts';
import { createDockerSpawner } from '../../adapters/docker/spawner.ts';
import type { Spawner } from '../../core/ports.ts';
import { faultOf, never } from '../contract/spawner-harness.ts';
import { type GpuHost, startGpuHost } from '../support/gpu-host.ts';
import { optionsFor } from './docker-harness.ts';

const a100 = { model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 };
let host: GpuHost;
let spawner: Spawner;

beforeAll(async () => {
  host = await startGpuHost({ gpus: [a100, a100, a100] });
  spawner = createDockerSpawner(optionsFor(host));
});

afterAll(async () => {
  await spawner?.close();
  await host?.stop();
});

test('figures and processes are read as they are now', async () => {
  const [, second] = host.gpus;
  const uuid = second?.uuid ?? '';
  await spawner.inventory(never);
  await host.setGpu(1, { memoryUsedMib: 40_210, utilizationPercent: 87, powerWatts: 311.5 });
  await host.setProcesses([{ uuid, pid: 4242, name: 'python', memoryMib: 40_100 }]);
  const inventory = await spawner.inventory(never);
  expect(inventory).toMatchObject({ driver: '580.95.05', cuda: '13.0', simulated: false });
  expect(inventory.engine).toMatch(/^docker \d+\.\d+/);
  expect(inventory.devices[1]).toEqual({
    uuid,
    index: 1,
    model: 'NVIDIA A100-SXM4-80GB',
    memoryMib: 81_920,
    sample: {
      utilizationPercent: 87,
      memoryUsedMib: 40_210,
      temperatureCelsius: 31,
      powerWatts: 311.5,
      processes: [{ pid: 4242, name: 'python', memoryMib: 40_100 }],
    },
  });
});

test('a lost GPU is missing from the inventory, and the others are there', async () => {
  const [first, second, third] = host.gpus;
  await host.setFault(`lost ${second?.uuid}`);
  const { devices } = await spawner.inventory(never);
  await host.setFault(null);
  expect(devices.map((device) => device.uuid)).toEqual([first?.uuid, third?.uuid]);
});

test.for([
  ['driver', 'gpu_runtime_missing', /couldn't communicate with the NVIDIA driver/],
  ['mismatch', 'gpu_runtime_missing', /Driver\/library version mismatch/],
  ['nvml', 'gpu_runtime_missing', /Failed to initialize NVML/],
  ['lost', 'gpu_runtime_missing', /Reboot the system/],
  ['hang', 'deadline_passed', /did not answer within 5 s/],
] as const)('nvidia-smi failing by %s is %s, in words to act on', async ([fault, code, words]) => {
  await host.setFault(fault);
  const caught = await faultOf(spawner.inventory(never));
  await host.setFault(null);
  expect(caught.code).toBe(code);
  expect(caught.fault.facts.detail).toMatch(words);
  expect((await spawner.inventory(never)).devices).toHaveLength(3);
});

test('one probe serves all questions, and is made again after the engine restarted', async () => {
  const probes = () => host.docker.listContainers({ filters: { label: ['dibs.role=probe'] } });
  await Promise.all([spawner.inventory(never), spawner.inventory(never)]);
  const [before, ...more] = await probes();
  expect(more).toEqual([]);
  await host.restartEngine();
  expect((await spawner.inventory(never)).devices).toHaveLength(3);
  const [after, ...others] = await probes();
  expect(others).toEqual([]);
  expect(after?.Id).not.toBe(before?.Id);
});

test('the probe has no network, no capability and no way to write', async () => {
  await spawner.inventory(never);
  const [probe] = await host.docker.listContainers({ filters: { label: ['dibs.role=probe'] } });
  const { HostConfig } = await host.docker.getContainer(probe?.Id ?? '').inspect();
  expect(HostConfig).toMatchObject({
    NetworkMode: 'none',
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    Privileged: false,
  });
});

test('a probe that another process takes away meanwhile is made again', async () => {
  const options = optionsFor(host);
  const connection = createConnection(options.hostName, options.connection);
  const ours = createHost(connection, options);
  const probe = createProbe(ours, options.probeImage);
  let leaving = true;
  const ensure = async (signal: AbortSignal) => {
    const id = await probe.ensure(signal);
    // Between the finding of the probe and its use, as a process that closes may do it.
    if (leaving) await probe.remove(signal);
    leaving = false;
    return id;
  };
  const inventory = await createInventory(ours, { ...probe, ensure })(never);
  expect(inventory.devices).toHaveLength(3);
  await probe.remove(never);
  connection.close();
});

test('closing takes the probe away', async () => {
  const closing = createDockerSpawner(optionsFor(host, randomUUID()));
  await closing.inventory(never);
  const probes = () => host.docker.listContainers({ filters: { label: ['dibs.role=probe'] } });
  const before = (await probes()).length;
  await closing.close();
  expect(await probes()).toHaveLength(before - 1);
});
