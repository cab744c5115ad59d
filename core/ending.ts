import { assert } from './assert.ts';
import type { Change } from './change.ts';
import { type EndReason, endReasons } from './end-reason.ts';
import type { SessionFacts } from './entity.ts';
import { chargeFor, readyMillisAt } from './meter.ts';

/**
 * Ends a session at `at`: the meter stops, the hold is settled, the holder is told. Where a
 * container may exist, the session is `stopping` and keeps its devices until that is gone.
 */
export function endSession(
  facts: SessionFacts,
  ending: { reason: EndReason; at: Date; now: Date; faultDetail?: string | null },
): Change[] {
  const { session, lease, hold, account } = facts;
  const { reason, now } = ending;
  assert(session.state !== 'ended' && session.state !== 'stopping', 'a session ends once');
  const readyMillis = readyMillisAt(session, lease, ending.at);
  const charge = endReasons[reason].billed === 'ready' ? chargeFor(lease, readyMillis) : 0n;
  assert(charge <= hold.amount, 'a charge fits its hold');
  const stopped = { readySince: null, readyMillis, faultDetail: ending.faultDetail ?? null };
  const closed = { holdId: hold.id, accountId: account.id, held: hold.amount };
  const to = reason === 'queue_expired' ? 'expired' : 'released';
  return [
    ...(session.state === 'requested'
      ? endNow(facts, { reason, now })
      : stopContainer(facts, reason)),
    { kind: 'update_session', sessionId: session.id, set: stopped },
    charge > 0n
      ? { kind: 'settle_hold', ...closed, leaseId: lease.id, personId: lease.personId, charge }
      : { kind: 'release_hold', ...closed, to },
    { kind: 'notify', notice: 'session_changed', sessionId: session.id },
    { kind: 'notify_news', sessionId: session.id, news: { kind: 'ended' } },
    ...(endReasons[reason].told === 'holder'
      ? [{ kind: 'notify', notice: 'session_ended', sessionId: session.id } as const]
      : []),
  ];
}

function endNow(
  { session, lease }: SessionFacts,
  { reason, now }: { reason: EndReason; now: Date },
): Change[] {
  const set = { endReason: reason, endedAt: now };
  return [
    { kind: 'move_session', sessionId: session.id, from: 'requested', to: 'ended', set: {} },
    { kind: 'free_devices', leaseId: lease.id },
    { kind: 'move_lease', leaseId: lease.id, from: lease.state, to: 'ended', set },
  ];
}

function stopContainer({ session, lease }: SessionFacts, reason: EndReason): Change[] {
  return [
    { kind: 'move_session', sessionId: session.id, from: session.state, to: 'stopping', set: {} },
    { kind: 'update_lease', leaseId: lease.id, set: { endReason: reason } },
  ];
}
