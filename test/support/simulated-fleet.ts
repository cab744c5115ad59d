import { randomUUID } from 'node:crypto';
import { createSimulatedFleet, type FleetOptions } from '../../adapters/simulated/fleet.ts';
import type { ContainerSpec, Spawner, StartProgress } from '../../core/ports.ts';
import { pytorch } from './facts.ts';
import { createFakeClock } from './fake-clock.ts';

export const a100 = { model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 };
export const noon = new Date('2026-03-02T12:00:00Z');
export const never = new AbortController().signal;

/** Two hosts, `gpu-1` with two A100 and `gpu-2` with none, at a standing clock. */
export function createTestFleet(options: Partial<FleetOptions> = {}) {
  const clock = createFakeClock(noon);
  const fleet = createSimulatedFleet({
    clock,
    hosts: [
      { name: 'gpu-1', devices: [a100, a100] },
      { name: 'gpu-2', devices: [] },
    ],
    bootSeconds: 3,
    pullSeconds: 20,
    deadlineSeconds: 5,
    origin: () => 'http://127.0.0.1:4000',
    ...options,
  });
  return { clock, fleet, spawner: fleet.spawner('gpu-1', 'installation-1') };
}

export type TestFleet = ReturnType<typeof createTestFleet>;

export function sessionSpec(facts: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    sessionId: randomUUID(),
    sessionName: 'brave-otter',
    personId: 'alice',
    image: pytorch,
    deviceUuids: [],
    share: 0.5,
    sshKeys: [],
    check: false,
    token: randomUUID(),
    ...facts,
  };
}

/** Starts without waiting: the test moves the clock. `result` never rejects. */
export function beginStart(spawner: Spawner, spec: ContainerSpec, signal = never) {
  const progress: StartProgress[] = [];
  const result = spawner
    .start(spec, (step) => progress.push(step), signal)
    .catch((error: unknown) => error);
  return { progress, result };
}

/** A session that is ready, a minute after it was asked for. */
export async function startReady({ clock, spawner }: TestFleet, spec: ContainerSpec) {
  const { result } = beginStart(spawner, spec);
  await clock.advance(60_000);
  return result;
}

export async function deviceUuidsOf(spawner: Spawner): Promise<string[]> {
  const { devices } = await spawner.inventory(never);
  return devices.map((device) => device.uuid);
}
