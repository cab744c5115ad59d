import { accept, action, refuse } from '../action.ts';
import { assert } from '../assert.ts';
import { nameOf, refuseStranger } from '../holder.ts';
import { refuseSpending } from '../limits.ts';
import { cost, secondsFor } from '../money.ts';
import { teamPolicyOf } from '../policy.ts';

/** Lengthens a lease; the hold grows first, so that the longer lease is paid for too. */
export const extend = action({
  name: 'extend',
  needs: ({ sessionId }: { sessionId: string; addedSeconds: number }, { now }) => ({
    session: { sessionId },
    spending: { of: { sessionId }, at: now },
  }),
  decide: ({ session: facts, spending }, { sessionId, addedSeconds }, moment) => {
    assert(facts, 'the session exists');
    const { session, lease, hold, account } = facts;
    const stranger = refuseStranger(facts.holder, moment.actor);
    if (stranger) return refuse(stranger);
    const { name, state } = session;
    // Past its end the lease waits only for the expiry to be carried out.
    const isOver = lease.until !== null && lease.until <= moment.now;
    if (state === 'stopping' || state === 'ended' || isOver)
      return refuse({ kind: 'session_over', name, state });

    const leastSeconds = 60;
    if (addedSeconds < leastSeconds)
      return refuse({ kind: 'lease_too_short', askedSeconds: addedSeconds, leastSeconds });
    const leaseSeconds = lease.leaseSeconds + addedSeconds;
    const { mostLeaseSeconds: mostSeconds, limits } = teamPolicyOf(
      moment.policy,
      facts.holder.team,
    );
    if (leaseSeconds > mostSeconds)
      return refuse({ kind: 'lease_too_long', askedSeconds: leaseSeconds, mostSeconds });
    const needed = cost(lease.deviceCount, addedSeconds, lease.ticksPerSecond);
    // One's own credits are spent without a limit.
    const over = account.kind === 'team' ? refuseSpending(needed, spending, limits) : null;
    if (over) return refuse(over);
    const available = account.posted - account.held;
    if (needed > available) {
      const reachesSeconds = secondsFor(available, lease.deviceCount, lease.ticksPerSecond);
      const short = { account: account.name, needed, available, reachesSeconds };
      return refuse({ kind: 'short_balance', ...short });
    }
    const until = lease.until && new Date(lease.until.getTime() + addedSeconds * 1000);
    return accept(
      { sessionId },
      { kind: 'grow_hold', holdId: hold.id, accountId: account.id, by: needed },
      { kind: 'update_lease', leaseId: lease.id, set: { leaseSeconds, until } },
      { kind: 'update_session', sessionId, set: { warnedSeconds: null } },
      { kind: 'notify', notice: 'session_changed', sessionId },
      {
        kind: 'notify_news',
        sessionId,
        news: { kind: 'extended', by: nameOf(moment.actor), seconds: addedSeconds, until },
      },
    );
  },
});
