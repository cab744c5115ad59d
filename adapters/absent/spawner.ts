import { Fault } from '../../core/fault.ts';
import type { Spawner } from '../../core/ports.ts';

/**
 * A host that is no longer configured. It never answers, so its sessions end as those of a lost
 * host; and there is nothing left that a stop could reach, so a stop is done.
 */
export function createAbsentSpawner(hostName: string): Spawner {
  const absent = async () => {
    throw new Fault('host_unreachable', { host: hostName, detail: 'it is no longer configured' });
  };
  return {
    observe: absent,
    inventory: absent,
    start: absent,
    admitKeys: absent,
    stop: async () => undefined,
    close: async () => undefined,
  };
}
