import type { Inventory, ObservedContainer, Spawner } from '../../core/ports.ts';
import {
  endContainer,
  findContainer,
  type Place,
  removeContainer,
  toObserved,
} from './container.ts';
import { type DeviceUser, sampleDevice } from './figures.ts';
import { startSession } from './start.ts';
import { checkReachable, passTimeUntil } from './waiting.ts';
import type { Host } from './world.ts';

/** Jupyter asked to end needs about a second. */
const farewellSeconds = 1;
const exitCodeAfterTerm = 143;

/** One installation's hold on one host. All of them share the host's one state. */
export function createSpawner(place: Place): Spawner {
  const { world, host } = place;

  async function observe(signal: AbortSignal): Promise<ObservedContainer[]> {
    await checkReachable(place, signal);
    return [...host.containers.values()]
      .filter((container) => container.installationId === place.installationId)
      .map((container) => toObserved(world, container))
      .filter((observed) => observed !== null);
  }

  async function inventory(signal: AbortSignal): Promise<Inventory> {
    await checkReachable(place, signal);
    const { driver, cuda, cpus, memoryBytes } = host;
    const hasDevices = host.devices.size > 0;
    return {
      engine: 'simulated',
      simulated: true,
      driver: hasDevices ? driver : null,
      cuda: hasDevices ? cuda : null,
      cpus,
      memoryBytes,
      devices: observeDevices(host, world.clock.now()),
    };
  }

  async function stop(sessionId: string, graceSeconds: number, signal: AbortSignal) {
    await checkReachable(place, signal);
    const container = findContainer(place, sessionId);
    if (container?.state === 'running') {
      const endsInSeconds = Math.min(graceSeconds, farewellSeconds);
      const at = new Date(world.clock.now().getTime() + endsInSeconds * 1000);
      await passTimeUntil(place, at, { signal });
      if (container.state === 'running')
        endContainer(container, { at, exitCode: exitCodeAfterTerm, outOfMemory: false });
    }
    if (container && container.state !== 'removed') removeContainer(world, container);
  }

  return {
    observe,
    inventory,
    start: (spec, onProgress, signal) => startSession(place, spec, { onProgress, signal }),
    stop,
    // Nothing listens for SSH there.
    admitKeys: (_sessionId, _keys, signal) => checkReachable(place, signal),
    close: async () => {},
  };
}

function observeDevices(host: Host, at: Date) {
  const users = usersByDevice(host);
  return [...host.devices.values()]
    .filter((device) => !device.lost)
    .map((device) => {
      const { uuid, index, model, memoryMib } = device;
      const sample = sampleDevice(device, at, users.get(uuid) ?? []);
      return { uuid, index, model, memoryMib, sample };
    });
}

/** Of every installation: a device is shared by all who reach it. */
function usersByDevice(host: Host): Map<string, DeviceUser[]> {
  const users = new Map<string, DeviceUser[]>();
  for (const container of host.containers.values()) {
    if (container.state !== 'running') continue;
    const user = { containerId: container.containerId, resting: container.restingSince !== null };
    for (const uuid of container.spec.deviceUuids)
      users.set(uuid, [...(users.get(uuid) ?? []), user]);
  }
  return users;
}
