import type { Fleet } from '../../core/action.ts';
import type { Policy } from '../../core/policy.ts';
import { estimateStart, isOffering } from '../../core/queue.ts';
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
  { store, ...when }: { store: Store; policy: Policy; now: Date },
  session: SessionView,
): Promise<Place | null> {
  return session.queued ? placeIn(await store.fleet(), session.id, when) : null;
}

/** Where a session stands in the line of this fleet; null if it does not. */
export function placeIn(
  fleet: Fleet,
  sessionId: string,
  { policy, now }: { policy: Policy; now: Date },
): Place | null {
  const at = fleet.queue.findIndex((queued) => queued.sessionId === sessionId);
  const queued = fleet.queue[at];
  if (queued === undefined) return null;
  const queue = fleet.queue.slice(0, at + 1);
  const hosts = fleet.hosts.filter((host) => isOffering(host, now, policy));
  const wanted = devicesWords(queued.deviceCount, queued.deviceType);
  return {
    position: at + 1,
    estimatedAt: estimateStart({ ...fleet, hosts, queue }, now, policy),
    reason: at === 0 ? `no ${wanted} is free` : `${at} before it, and no ${wanted} is free for all`,
  };
}
