import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createDockerSpawner } from '../../adapters/docker/spawner.ts';
import type { Spawner } from '../../core/ports.ts';
import { faultOf, never } from '../contract/spawner-harness.ts';
import { type GpuHost, startGpuHost } from '../support/gpu-host.ts';
import { fetchStatus, optionsFor } from './docker-harness.ts';

let host: GpuHost;
let spawner: Spawner;

beforeAll(async () => {
  host = await startGpuHost({ gpus: [] });
  // A probe image that no registry has: to find no GPU must not need one.
  spawner = createDockerSpawner({ ...optionsFor(host), probeImage: 'dibs-test/absent:1' });
});

afterAll(async () => {
  await spawner?.close();
  await host?.stop();
});

function specWith(deviceUuids: string[]) {
  return {
    sessionId: randomUUID(),
    sessionName: 'plain-heron',
    personId: randomUUID(),
    image: host.image,
    deviceUuids,
    share: 0.5,
    sshKeys: [],
    check: false,
    token: randomUUID(),
  };
}

test('a host without GPUs is known as such, without a pull, and leaves nothing behind', async () => {
  const inventory = await spawner.inventory(never);
  expect(inventory).toMatchObject({ devices: [], driver: null, cuda: null });
  expect(inventory.cpus).toBeGreaterThan(0);
  expect(await host.docker.listContainers({ all: true })).toEqual([]);
});

test('the probe image at hand does not make a GPU either', async () => {
  const other = createDockerSpawner(optionsFor(host));
  expect((await other.inventory(never)).devices).toEqual([]);
  expect(await host.docker.listContainers({ all: true })).toEqual([]);
  await other.close();
});

test('asking again every minute leaves one image at most', async () => {
  const filters = { label: ['dibs.role=probe'] };
  const images = () => host.docker.listImages({ all: true, filters });
  // Hosts of one name keep their images, so that an earlier run may have left some.
  for (const { Id } of await images()) await host.docker.getImage(Id).remove({ force: true });
  // With a clock of its own, which begins at 0: what the others found out holds by another one.
  vi.useFakeTimers({ toFake: ['performance'] });
  const asking = createDockerSpawner({ ...optionsFor(host), probeImage: 'dibs-test/absent:1' });
  try {
    for (const _ of ['first', 'second', 'third']) {
      expect((await asking.inventory(never)).devices).toEqual([]);
      vi.advanceTimersByTime(60_001);
    }
  } finally {
    vi.useRealTimers();
    await asking.close();
  }
  expect(await images()).toHaveLength(1);
});

test('a session without GPUs starts there', async () => {
  const spec = specWith([]);
  const { url } = await spawner.start(spec, () => undefined, never);
  expect(await fetchStatus(url, spec.token)).toBe(200);
  await spawner.stop(spec.sessionId, 0, never);
});

test('a session with a GPU is told what to install', async () => {
  const spec = specWith(['GPU-1']);
  const { code, fault } = await faultOf(spawner.start(spec, () => undefined, never));
  expect(code).toBe('gpu_runtime_missing');
  expect(fault.facts.detail).toContain('install nvidia-container-toolkit');
  await spawner.stop(spec.sessionId, 0, never);
});
