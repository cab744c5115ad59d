import { accept, action, refuse } from '../action.ts';
import { assert } from '../assert.ts';
import { endSession } from '../ending.ts';
import { refuseStranger } from '../holder.ts';

/** Ends a session, or leaves the line. What was held and not used is available at once. */
export const stop = action({
  name: 'stop',
  needs: (input: { sessionId: string }) => ({ session: input }),
  decide: ({ session: facts }, { sessionId }, moment) => {
    assert(facts, 'the session exists');
    const stranger = refuseStranger(facts.holder, moment.actor);
    if (stranger) return refuse(stranger);
    const { name, state } = facts.session;
    if (state === 'stopping' || state === 'ended')
      return refuse({ kind: 'session_over', name, state });
    const isHolder = moment.actor.kind === 'person' && moment.actor.personId === facts.holder.id;
    const reason = isHolder ? 'stopped_by_owner' : 'stopped_by_admin';
    const { now } = moment;
    return accept({ sessionId }, ...endSession(facts, { reason, at: now, now }));
  },
});
