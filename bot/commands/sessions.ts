import type { Policy } from '../../core/policy.ts';
import { estimateStart } from '../../core/queue.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { Store } from '../../core/store.ts';
import type { SessionView } from '../../core/view.ts';
import type { Place } from '../render/session.ts';
import { devicesWords } from '../render/words.ts';
import type { CommandContext } from './command.ts';

/** The session that was named, or else the caller's only one. */
export async function resolveSession(
  { store, actor, requestKey }: CommandContext,
  named: SessionView | undefined,
): Promise<{ session: SessionView } | { refusal: Refusal }> {
  if (named) return { session: named };
  // A second delivery means the session that the first one found, whatever became of it.
  const meant = await store.sessionOfRequest(requestKey);
  if (meant) return { session: meant };
  const mine = await store.livingSessions({ personId: actor.personId });
  const [session] = mine;
  if (session === undefined) return { refusal: { kind: 'no_session_of_yours' } };
  if (mine.length === 1) return { session };
  return { refusal: { kind: 'which_session', names: mine.map(({ name }) => name) } };
}

/** As that person may see it: how to get in is for the holder alone. */
export function asSeenBy(personId: string, session: SessionView): SessionView {
  return session.holder.personId === personId ? session : { ...session, url: null, token: null };
}

/** Where a waiting session stands in the line; null if it does not wait. */
export async function placeOf(
  { store, policy, now }: { store: Store; policy: Policy; now: Date },
  session: SessionView,
): Promise<Place | null> {
  if (!session.queued) return null;
  const fleet = await store.fleet();
  const at = fleet.queue.findIndex(({ sessionId }) => sessionId === session.id);
  if (at === -1) return null;
  const queue = fleet.queue.slice(0, at + 1);
  const wanted = devicesWords(session.deviceCount, session.deviceType);
  return {
    position: at + 1,
    estimatedAt: estimateStart({ ...fleet, queue }, now, policy),
    reason: at === 0 ? `no ${wanted} is free` : `${at} before it, and no ${wanted} is free for all`,
  };
}
