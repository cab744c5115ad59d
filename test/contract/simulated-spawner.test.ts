import { createSimulatedFleet } from '../../adapters/simulated/fleet.ts';
import { createSystemClock } from '../../adapters/system/clock.ts';
import type { Spawner } from '../../core/ports.ts';
import { pytorch } from '../support/facts.ts';
import { a100, deviceUuidsOf } from '../support/simulated-fleet.ts';
import { spawnerContract } from './spawner.ts';
import type { SpawnerHarness } from './spawner-harness.ts';

const origin = 'http://127.0.0.1:4000';
const hostName = 'gpu-1';

spawnerContract('simulated', createHarness);

/** By the real clock, with times too short to be felt: the suite waits as it does for an engine. */
async function createHarness(): Promise<SpawnerHarness> {
  const fleet = createSimulatedFleet({
    clock: createSystemClock(),
    hosts: [{ name: hostName, devices: [a100, a100] }],
    bootSeconds: 0.02,
    pullSeconds: 0.05,
    deadlineSeconds: 0.2,
    origin: () => origin,
  });
  const labUrls = new Map<string, string>();
  return {
    createSpawner: () => recordingLabUrls(fleet.spawner(hostName, 'ours'), labUrls),
    createForeignSpawner: () => fleet.spawner(hostName, 'theirs'),
    image: pytorch,
    deviceUuids: await deviceUuidsOf(fleet.spawner(hostName, 'ours')),
    async fetchStatus(url, token) {
      const headers: Record<string, string> = token ? { authorization: `token ${token}` } : {};
      return fleet.page(new Request(`${url}api/status`, { headers })).status;
    },
    async devicesSeenBy(sessionId) {
      const page = await fleet.page(new Request(labUrls.get(sessionId) ?? origin)).text();
      return [...page.matchAll(/UUID: (GPU-[0-9a-f-]+)/g)].map(([, uuid]) => uuid ?? '');
    },
    async writeFile(sessionId, name, text) {
      fleet.workspace(sessionId).set(name, text);
    },
    keysOf: async () => null,
    readFile: async (sessionId, name) => fleet.workspace(sessionId).get(name) ?? null,
    async crash(sessionId) {
      fleet.exitContainer(sessionId, 139, { outOfMemory: false });
      return 139;
    },
    disconnect: async () => fleet.loseHost(hostName),
    reconnect: async () => fleet.returnHost(hostName),
    failNextStart: async (detail) => fleet.failNextStart(hostName, 'gpu_runtime_missing', detail),
    close: async () => {},
  };
}

/** A session's page shows what its container would see. */
function recordingLabUrls(spawner: Spawner, labUrls: Map<string, string>): Spawner {
  return {
    ...spawner,
    async start(spec, onProgress, signal) {
      const started = await spawner.start(spec, onProgress, signal);
      labUrls.set(spec.sessionId, `${started.url}lab?token=${spec.token}`);
      return started;
    },
  };
}
