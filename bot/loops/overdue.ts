import { expireQueued } from '../../core/actions/expire.ts';
import { expireRequestAction } from '../../core/actions/vote.ts';
import type { Policy } from '../../core/policy.ts';
import type { Clock, Log, NewId } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import { createLoop, type Loop } from './loop.ts';

/** Ends what waited for too long: grant requests that nobody decided, and leases in the line. */
export function createOverdueLoop(deps: {
  store: Store;
  clock: Clock;
  newId: NewId;
  log: Log;
  policy: Policy;
  onEnded: () => void;
}): Loop {
  const { store, clock, newId, log, policy, onEnded } = deps;
  const asking = () => ({
    requestKey: `expire:${newId()}`,
    actor: { kind: 'system' as const, name: 'expiry' },
  });
  return createLoop({
    ...deps,
    name: 'overdue',
    // Calm: a vote on a request that is over does not count in any case.
    everyMillis: 60_000,
    async runOnce() {
      const now = clock.now();
      // One that fails keeps none of the others waiting; its turn comes again in a minute.
      for (const requestId of await store.requestsValidUntil(now))
        await store
          .perform(expireRequestAction, { ...asking(), input: { requestId } })
          .then(onEnded, (error: unknown) => {
            log.error('a request that is over was not ended', { requestId, error });
          });
      const since = new Date(now.getTime() - policy.queueDeadlineSeconds * 1000);
      for (const sessionId of await store.sessionsQueuedBefore(since))
        await store
          .perform(expireQueued, { ...asking(), input: { sessionId } })
          .then(onEnded, (error: unknown) => {
            log.error('a session that waited too long was not ended', { sessionId, error });
          });
    },
  });
}
