import { stop as stopAction } from '../../core/actions/stop.ts';
import { renderEnded } from '../render/session.ts';
import { accepted, command, refused } from './command.ts';
import { asSeenBy, resolveSession } from './sessions.ts';

export const stop = command({
  name: 'stop',
  forGuests: true,
  summary: 'Stop a session, or leave the line. Only the seconds used are charged.',
  arguments: [{ name: 'session', kind: 'session', required: false }],
  flags: [],
  examples: ['stop', 'stop brave-otter'],
  async run(context, { session: named }) {
    const resolved = await resolveSession(context, named);
    if ('refusal' in resolved) return refused(resolved.refusal);
    const { store, actor, requestKey } = context;
    const sessionId = resolved.session.id;
    const outcome = await store.perform(stopAction, { requestKey, actor, input: { sessionId } });
    if (outcome.kind === 'refused') return refused(outcome.refusal);
    context.wake(resolved.session.hostId);
    const session = (await store.sessionById(sessionId)) ?? resolved.session;
    return accepted(renderEnded(session), asSeenBy(actor.personId, session));
  },
});
