import { accept, action, refuse } from '../action.ts';
import { assert } from '../assert.ts';
import { refuseStranger } from '../holder.ts';

/** Nobody is warned of the end any more, until the lease is extended. */
export const quiet = action({
  name: 'quiet',
  needs: (input: { sessionId: string }) => ({ session: input }),
  decide: ({ session: facts }, { sessionId }, { actor }) => {
    assert(facts, 'the session exists');
    const stranger = refuseStranger(facts.holder, actor);
    if (stranger) return refuse(stranger);
    const { name, state } = facts.session;
    if (state === 'stopping' || state === 'ended')
      return refuse({ kind: 'session_over', name, state });
    return accept({ sessionId }, { kind: 'update_session', sessionId, set: { warnedSeconds: 0 } });
  },
});
