import { accept, action, type Decision, refuse } from '../action.ts';
import type { EndReason } from '../end-reason.ts';
import { endSession } from '../ending.ts';
import type { StartedContainer } from '../ports.ts';

const released = { claimToken: null, claimUntil: null };

/** The container is ready: from now on it is charged, and the lease's time runs. */
export const reportReady = action({
  name: 'report_ready',
  needs: ({ sessionId }: Ready) => ({ session: { sessionId } }),
  decide: ({ session: facts }, input: Ready, { now }): Decision<null> => {
    if (facts?.session.claimToken !== input.token || facts.session.state !== 'starting')
      return refuse({ kind: 'stale' });
    const { sessionId, token: _, ...started } = input;
    const { lease } = facts;
    const until = new Date(now.getTime() + lease.leaseSeconds * 1000);
    const set = { ...released, ...started, progress: null, readySince: now };
    return accept(
      null,
      { kind: 'move_session', sessionId, from: 'starting', to: 'running', set },
      { kind: 'update_lease', leaseId: lease.id, set: { until } },
      { kind: 'notify', notice: 'session_changed', sessionId },
      { kind: 'notify', notice: 'session_ready', sessionId },
    );
  },
});
type Ready = {
  sessionId: string;
  token: string;
  /** Of the SSH keys that it was started with. */
  keyIds: readonly string[];
} & StartedContainer;

/** The start failed for good: nothing is charged, and what is left of the container is removed. */
export const reportStartFailed = action({
  name: 'report_start_failed',
  needs: ({ sessionId }: StartFailed) => ({ session: { sessionId } }),
  decide: ({ session: facts }, input: StartFailed, { now }): Decision<null> => {
    if (facts?.session.claimToken !== input.token || facts.session.state !== 'starting')
      return refuse({ kind: 'stale' });
    const { sessionId, reason, faultDetail } = input;
    return accept(
      null,
      { kind: 'update_session', sessionId, set: { ...released, progress: null } },
      ...endSession(facts, { reason, at: now, now, faultDetail }),
    );
  },
});
type StartFailed = {
  sessionId: string;
  token: string;
  reason: EndReason;
  faultDetail: string | null;
};

/** The container is gone: the devices are free. */
export const reportStopped = action({
  name: 'report_stopped',
  needs: ({ sessionId }: { sessionId: string; token: string }) => ({ session: { sessionId } }),
  decide: ({ session: facts }, { sessionId, token }, { now }): Decision<null> => {
    if (facts?.session.claimToken !== token || facts.session.state !== 'stopping')
      return refuse({ kind: 'stale' });
    const leaseId = facts.lease.id;
    return accept(
      null,
      { kind: 'move_session', sessionId, from: 'stopping', to: 'ended', set: released },
      { kind: 'free_devices', leaseId },
      { kind: 'move_lease', leaseId, from: 'active', to: 'ended', set: { endedAt: now } },
      { kind: 'notify', notice: 'session_changed', sessionId },
    );
  },
});

/**
 * A session ended without being asked to: its container exited or vanished, its host was lost, its
 * start took too long. `at` is when that was, as far as we know, and never later than now.
 */
export const reportEnded = action({
  name: 'report_ended',
  needs: ({ sessionId }: Ended) => ({ session: { sessionId } }),
  decide: ({ session: facts }, input: Ended, { now }): Decision<null> => {
    if (!facts || facts.session.state !== input.from) return refuse({ kind: 'stale' });
    const at = new Date(Math.min(input.at.getTime(), now.getTime()));
    const { reason, faultDetail } = input;
    return accept(null, ...endSession(facts, { reason, at, now, faultDetail }));
  },
});
type Ended = {
  sessionId: string;
  from: 'requested' | 'starting' | 'running';
  reason: EndReason;
  at: Date;
  faultDetail: string | null;
};
