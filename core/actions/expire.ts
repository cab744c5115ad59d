import { accept, action, type Decision, refuse } from '../action.ts';
import { endSession } from '../ending.ts';
import type { Policy } from '../policy.ts';

/** Gives up a lease that waited in line for too long; what was held for it is available again. */
export const expireQueued = action({
  name: 'expire_queued',
  needs: (input: { sessionId: string }) => ({ session: input }),
  decide: ({ session: facts }, _input, { now, policy }): Decision<null> => {
    if (facts?.lease.state !== 'queued') return refuse({ kind: 'stale' });
    const waitedSeconds = (now.getTime() - facts.lease.requestedAt.getTime()) / 1000;
    if (waitedSeconds < policy.queueDeadlineSeconds) return refuse({ kind: 'stale' });
    return accept(null, ...endSession(facts, { reason: 'queue_expired', at: now, now }));
  },
});

/** What is due on a running lease: the end of its time, or a warning that it is near. */
export const expire = action({
  name: 'expire',
  needs: (input: { sessionId: string }) => ({ session: input }),
  decide: ({ session: facts }, { sessionId }, moment): Decision<Due['kind']> => {
    if (facts?.session.state !== 'running') return refuse({ kind: 'stale' });
    const { now, policy } = moment;
    const due = whatIsDue({ ...facts.lease, ...facts.session }, now, policy);
    if (due === null) return refuse({ kind: 'stale' });
    if (due.kind === 'end')
      return accept(
        due.kind,
        ...endSession(facts, { reason: 'lease_expired', at: due.until, now }),
      );
    return accept(
      due.kind,
      { kind: 'update_session', sessionId, set: { warnedSeconds: due.seconds } },
      { kind: 'notify', notice: 'ending_soon', sessionId },
      { kind: 'notify_news', sessionId, news: { kind: 'warned', seconds: due.seconds } },
    );
  },
});

/** What a running lease has due at `now`. Thresholds that the whole lease lies within are no news. */
export function whatIsDue(
  lease: { until: Date | null; leaseSeconds: number; warnedSeconds: number | null },
  now: Date,
  policy: Pick<Policy, 'warnSeconds'>,
): Due | null {
  const { until, leaseSeconds, warnedSeconds } = lease;
  if (until === null) return null;
  if (until <= now) return { kind: 'end', until };
  const leftSeconds = (until.getTime() - now.getTime()) / 1000;
  const news = policy.warnSeconds.filter(
    (seconds) =>
      seconds < leaseSeconds &&
      leftSeconds <= seconds &&
      (warnedSeconds === null || seconds < warnedSeconds),
  );
  return news.length === 0 ? null : { kind: 'warning', seconds: Math.min(...news) };
}

export type Due = { kind: 'end'; until: Date } | { kind: 'warning'; seconds: number };
