import { accept, action, type Decision, type Moment, refuse } from '../action.ts';
import { assert } from '../assert.ts';
import type { Session } from '../entity.ts';

/**
 * A claim lets one process at a time do a step on a session. It lapses unless renewed, so that the
 * step of a process that died is taken up by another; whoever lost it has no say any more, because
 * every report is guarded by its token.
 */
export const claim = action({
  name: 'claim',
  needs: ({ sessionId }: { sessionId: string; step: 'start' | 'stop'; token: string }) => ({
    session: { sessionId },
  }),
  decide: ({ session: facts }, { sessionId, step, token }, moment): Decision<null> => {
    assert(facts, 'the session exists');
    const { session } = facts;
    if (isClaimed(session, moment.now)) return refuse({ kind: 'stale' });
    const set = { claimToken: token, claimUntil: claimEnd(moment) };
    if (step === 'stop')
      return session.state === 'stopping'
        ? accept(null, { kind: 'update_session', sessionId, set })
        : refuse({ kind: 'stale' });
    if (session.hostId === null) return refuse({ kind: 'stale' });
    if (session.state === 'starting')
      return accept(null, { kind: 'update_session', sessionId, set });
    if (session.state !== 'requested') return refuse({ kind: 'stale' });
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
  needs: ({ sessionId }: { sessionId: string; step: 'start' | 'stop'; token: string }) => ({
    session: { sessionId },
  }),
  decide: ({ session: facts }, { sessionId, step, token }, moment): Decision<null> => {
    const wanted = step === 'start' ? 'starting' : 'stopping';
    if (facts?.session.claimToken !== token || facts.session.state !== wanted)
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
