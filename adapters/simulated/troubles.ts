import { assert } from '../../core/assert.ts';
import { Fault, type FaultCode } from '../../core/fault.ts';
import { type Container, endContainer, volumeOf } from './container.ts';
import type { SimulatedFleet } from './fleet.ts';
import { type Device, hostNamed, type World } from './world.ts';

type Troubles = Omit<SimulatedFleet, 'spawner' | 'page'>;

/** What goes wrong, and right again, on request. */
export function createTroubles(world: World): Troubles {
  return { ...hostTroubles(world), ...deviceTroubles(world), ...containerTroubles(world) };
}

function hostTroubles(world: World) {
  return {
    slowPull(hostName: string, seconds: number) {
      const host = hostNamed(world, hostName);
      host.pullSeconds = seconds;
      host.images.clear();
      host.pulls.clear();
    },
    failNextStart(hostName: string, code: FaultCode, detail = `${code} (simulated)`) {
      hostNamed(world, hostName).failures.push(new Fault(code, { host: hostName, detail }));
    },
    loseHost(hostName: string) {
      hostNamed(world, hostName).reachable = false;
    },
    returnHost(hostName: string) {
      hostNamed(world, hostName).reachable = true;
    },
  };
}

function deviceTroubles(world: World) {
  return {
    loseDevice(hostName: string, uuid: string) {
      deviceOf(world, hostName, uuid).lost = true;
    },
    returnDevice(hostName: string, uuid: string) {
      deviceOf(world, hostName, uuid).lost = false;
    },
    leaveMemory(hostName: string, uuid: string, memoryMib: number) {
      deviceOf(world, hostName, uuid).leftoverMib = memoryMib;
    },
  };
}

function containerTroubles(world: World) {
  return {
    exitContainer(sessionId: string, exitCode: number, how: { outOfMemory: boolean }) {
      const container = runningContainer(world, sessionId);
      endContainer(container, { at: world.clock.now(), exitCode, ...how });
    },
    rest(sessionId: string) {
      runningContainer(world, sessionId).restingSince ??= world.clock.now();
    },
    work(sessionId: string) {
      runningContainer(world, sessionId).restingSince = null;
    },
    workspace(sessionId: string) {
      return volumeOf(runningContainer(world, sessionId));
    },
  };
}

function deviceOf(world: World, hostName: string, uuid: string): Device {
  const device = hostNamed(world, hostName).devices.get(uuid);
  assert(device, `the simulated host ${hostName} has no device ${uuid}`);
  return device;
}

function runningContainer(world: World, sessionId: string): Container {
  for (const host of world.hosts.values())
    for (const container of host.containers.values())
      if (container.spec.sessionId === sessionId && container.state === 'running') return container;
  assert(false, `no simulated container runs for the session ${sessionId}`);
}
