import { accept, action, type Decision, refuse } from '../action.ts';
import { endSession } from '../ending.ts';

/** What is due on a running lease: the end of its time, or a warning that it is near. */
export const expire = action({
  name: 'expire',
  needs: (input: { sessionId: string }) => ({ session: input }),
  decide: ({ session: facts }, { sessionId }, moment): Decision<'ended' | 'warned'> => {
    const until = facts?.lease.until;
    if (!until || facts.session.state !== 'running') return refuse({ kind: 'stale' });
    const { now, policy } = moment;
    if (until <= now)
      return accept('ended', ...endSession(facts, { reason: 'lease_expired', at: until, now }));

    const leftSeconds = (until.getTime() - now.getTime()) / 1000;
    const threshold = dueWarning(policy.warnSeconds, facts.lease.leaseSeconds, leftSeconds);
    const { warnedSeconds } = facts.session;
    if (threshold === null || (warnedSeconds !== null && warnedSeconds <= threshold))
      return refuse({ kind: 'stale' });
    return accept(
      'warned',
      { kind: 'update_session', sessionId, set: { warnedSeconds: threshold } },
      { kind: 'notify', notice: 'ending_soon', sessionId },
    );
  },
});

/** The nearest threshold that is reached. One that the whole lease lies within is no news. */
export function dueWarning(
  thresholds: readonly number[],
  leaseSeconds: number,
  leftSeconds: number,
): number | null {
  const reached = thresholds.filter((seconds) => seconds < leaseSeconds && leftSeconds <= seconds);
  return reached.length === 0 ? null : Math.min(...reached);
}
