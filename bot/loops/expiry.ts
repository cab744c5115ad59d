import { expire, whatIsDue } from '../../core/actions/expire.ts';
import type { Policy } from '../../core/policy.ts';
import type { Clock, Log, NewId } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import { createLoop, type Loop } from './loop.ts';

/** Ends leases whose time is up, and warns before. */
export function createExpiryLoop(deps: {
  store: Store;
  clock: Clock;
  newId: NewId;
  log: Log;
  policy: Policy;
  onChange: () => void;
}): Loop {
  const { store, clock, newId, log, policy, onChange } = deps;
  const longestWarning = Math.max(0, ...policy.warnSeconds);
  return createLoop({
    ...deps,
    name: 'expiry',
    everyMillis: 1000,
    async runOnce() {
      const now = clock.now();
      const horizon = new Date(now.getTime() + longestWarning * 1000);
      const ending = await store.sessionsEndingBefore(horizon);
      for (const session of ending.filter((lease) => whatIsDue(lease, now, policy) !== null)) {
        const { sessionId } = session;
        const request = {
          requestKey: `expire:${newId()}`,
          actor: { kind: 'system' as const, name: 'expiry' },
          input: { sessionId },
        };
        // One that fails keeps none of the others waiting; its turn comes again in a second.
        await store.perform(expire, request).then(onChange, (error: unknown) => {
          log.error('a lease was not ended or warned of', { sessionId, error });
        });
      }
    },
  });
}
