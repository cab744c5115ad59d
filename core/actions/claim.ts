import { accept, action, type Decision, type Moment, refuse } from '../action.ts';
import { assert } from '../assert.ts';
import type { Session } from '../entity.ts';
import type { SessionState } from '../state.ts';

/** What is done to a session under a claim, and the state in which it is done. */
const stepStates = {
  start: 'starting',
  stop: 'stopping',
  admit_keys: 'running',
} as const satisfies Record<string, SessionState>;
export type ClaimedStep = keyof typeof stepStates;
type Claimed = { sessionId: string; step: ClaimedStep; token: string };

/**
 * A claim lets one process at a time do a step on a session. It lapses unless renewed, so that the
 * step of a process that died is taken up by another; whoever lost it has no say any more, because
 * every report is guarded by its token.
 */
export const claim = action({
  name: 'claim',
  needs: ({ sessionId }: Claimed) => ({ session: { sessionId } }),
  decide: ({ session: facts }, { sessionId, step, token }: Claimed, moment): Decision<null> => {
    assert(facts, 'the session exists');
    const { session } = facts;
    if (isClaimed(session, moment.now)) return refuse({ kind: 'stale' });
    const set = { claimToken: token, claimUntil: claimEnd(moment) };
    if (session.state === stepStates[step])
      return accept(null, { kind: 'update_session', sessionId, set });
    if (step !== 'start' || session.state !== 'requested' || session.hostId === null)
      return refuse({ kind: 'stale' });
    return accept(
      null,
      { kind: 'move_session', sessionId, from: 'requested', to: 'starting', set },
      { kind: 'notify', notice: 'session_changed', sessionId },
    );
  },
});

/** Keeps a claim. Refused as stale once the session has left the state that the step works on. */
export const renewClaim = action({
  name: 'renew_claim',
  needs: ({ sessionId }: Claimed) => ({ session: { sessionId } }),
  decide: ({ session: facts }, { sessionId, step, token }: Claimed, moment): Decision<null> => {
    if (facts?.session.claimToken !== token || facts.session.state !== stepStates[step])
      return refuse({ kind: 'stale' });
    const set = { claimUntil: claimEnd(moment) };
    return accept(null, { kind: 'update_session', sessionId, set });
  },
});

/** Gives a claim back, so that the next step need not wait until it lapses. */
export const releaseClaim = action({
  name: 'release_claim',
  needs: ({ sessionId }: { sessionId: string; token: string }) => ({ session: { sessionId } }),
  decide: ({ session: facts }, { sessionId, token }): Decision<null> => {
    if (facts?.session.claimToken !== token) return refuse({ kind: 'stale' });
    const set = { claimToken: null, claimUntil: null };
    return accept(null, { kind: 'update_session', sessionId, set });
  },
});

export function isClaimed(session: Pick<Session, 'claimToken' | 'claimUntil'>, now: Date): boolean {
  return session.claimToken !== null && session.claimUntil !== null && session.claimUntil > now;
}

function claimEnd({ now, policy }: Moment): Date {
  return new Date(now.getTime() + policy.claimSeconds * 1000);
}
