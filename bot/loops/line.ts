import { promote } from '../../core/actions/promote.ts';
import type { Policy } from '../../core/policy.ts';
import type { Clock, Log, NewId } from '../../core/ports.ts';
import { isOffering, planQueue } from '../../core/queue.ts';
import type { Store } from '../../core/store.ts';
import { createLoop, type Loop } from './loop.ts';

/** Gives freed devices to those who wait in line. */
export function createLineLoop(deps: {
  store: Store;
  clock: Clock;
  newId: NewId;
  log: Log;
  policy: Policy;
  onPlaced: (hostIds: readonly string[]) => void;
}): Loop {
  const { store, clock, newId, policy, onPlaced } = deps;
  return createLoop({
    ...deps,
    name: 'line',
    everyMillis: 2000,
    async runOnce() {
      const { hosts, queue } = await store.fleet();
      if (queue.length === 0) return;
      const offering = hosts.filter((host) => isOffering(host, clock.now(), policy));
      // Looked at without locks; only where somebody could move up is it decided under them.
      if (planQueue(queue, offering, policy).length === 0) return;
      const promoted = await store.perform(promote, {
        requestKey: `promote:${newId()}`,
        actor: { kind: 'system', name: 'line' },
        input: null,
      });
      if (promoted.kind === 'accepted') onPlaced(promoted.result.hostIds);
    },
  });
}
