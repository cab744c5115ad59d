import { randomUUID } from 'node:crypto';

import type { FaultCode } from '../../core/fault.ts';
import type { Clock, NewId, Spawner } from '../../core/ports.ts';
import { answerPage } from './page.ts';
import { createSpawner } from './spawner.ts';
import { createTroubles } from './troubles.ts';
import { createWorld, type HostOptions, hostNamed } from './world.ts';

export type FleetOptions = {
  clock: Clock;
  /** Names containers. */
  newId?: NewId;
  hosts: readonly HostOptions[];
  /** From the container's start until its Jupyter answers. */
  bootSeconds?: number;
  /** The first start of an image on a host. */
  pullSeconds?: number;
  /** How long a call to a lost host waits before it gives up. */
  deadlineSeconds?: number;
  /** Where `page` is reached, without a trailing slash. Asked late: ports are chosen late. */
  origin: () => string;
};

export type SimulatedFleet = {
  spawner(hostName: string, installationId: string): Spawner;
  /** Answers below `/simulated/`: what Jupyter would answer in a real container. */
  page(request: Request): Response;
  /** From now on that host has no image, and pulling or building one takes that long. */
  slowPull(hostName: string, seconds: number): void;
  /** The next container that would have to be made or started there fails like that. */
  failNextStart(hostName: string, code: FaultCode, detail?: string): void;
  /** Calls to it hang until their deadline; what runs on it runs on. */
  loseHost(hostName: string): void;
  returnHost(hostName: string): void;
  loseDevice(hostName: string, uuid: string): void;
  returnDevice(hostName: string, uuid: string): void;
  /** Memory that no process owns any more, as a badly ended container leaves; 0 frees it. */
  leaveMemory(hostName: string, uuid: string, memoryMib: number): void;
  exitContainer(sessionId: string, exitCode: number, how: { outOfMemory: boolean }): void;
  /** Its devices and its Jupyter rest until `work`. */
  rest(sessionId: string): void;
  work(sessionId: string): void;
  /** The files of the person's volume, by path, as the container sees them in /workspace. */
  workspace(sessionId: string): Map<string, string>;
};

/**
 * GPU hosts in memory, behind the same port as real ones. Time passes by the given clock alone,
 * and the same calls at the same instants show the same figures.
 */
export function createSimulatedFleet(options: FleetOptions): SimulatedFleet {
  const world = createWorld({
    newId: randomUUID,
    bootSeconds: 3,
    pullSeconds: 20,
    deadlineSeconds: 5,
    ...options,
  });
  return {
    spawner: (hostName, installationId) =>
      createSpawner({ world, host: hostNamed(world, hostName), installationId }),
    page: (request) => answerPage(world, request),
    ...createTroubles(world),
  };
}
