import type { Spawner } from '../../core/ports.ts';
import { admitKeys } from './admission.ts';
import { type ConnectionOptions, createConnection } from './connection.ts';
import { createHost, type HostOptions } from './host.ts';
import { createInventory } from './inventory.ts';
import { createObserver } from './observe.ts';
import { createProbe } from './probe.ts';
import { start } from './start.ts';
import { stop } from './stop.ts';

export type DockerSpawnerOptions = HostOptions & {
  hostName: string;
  connection: ConnectionOptions;
  /** Any small image with coreutils and glibc; pulled where it is absent and there are GPUs. */
  probeImage: string;
};

const CLOSE_LIMIT_MILLISECONDS = 5_000;

/** Containers on one Docker engine. */
export function createDockerSpawner(options: DockerSpawnerOptions): Spawner {
  const connection = createConnection(options.hostName, options.connection);
  const host = createHost(connection, options);
  const probe = createProbe(host, options.probeImage);
  let probed = false;
  const takeInventory = createInventory(host, probe);

  return {
    observe: createObserver(host),
    inventory(signal) {
      probed = true;
      return takeInventory(signal);
    },
    start: (spec, onProgress, signal) => start(host, spec, { onProgress, signal }),
    admitKeys: (sessionId, keys, signal) => admitKeys(host, { sessionId, keys }, signal),
    stop: (sessionId, graceSeconds, signal) => stop(host, { sessionId, graceSeconds }, signal),
    async close() {
      // A probe that stays behind, as the host does not answer, is found again by its label.
      const signal = AbortSignal.timeout(CLOSE_LIMIT_MILLISECONDS);
      if (probed) await probe.remove(signal).catch(() => undefined);
      connection.close();
    },
  };
}
