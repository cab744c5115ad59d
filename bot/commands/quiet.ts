import { quiet as quietAction } from '../../core/actions/quiet.ts';
import { clock, sentence, strong } from '../render/words.ts';
import { accepted, command, refused } from './command.ts';
import { asSeenBy, resolveSession } from './sessions.ts';

export const quiet = command({
  name: 'quiet',
  summary: 'Let a session end at its time without further warnings; extend brings them back.',
  forGuests: true,
  arguments: [{ name: 'session', kind: 'session', required: false }],
  flags: [],
  examples: ['quiet', 'quiet brave-otter'],
  async run(context, { session: named }) {
    const resolved = await resolveSession(context, named);
    if ('refusal' in resolved) return refused(resolved.refusal);
    const { store, actor, requestKey } = context;
    const { id: sessionId, name } = resolved.session;
    const outcome = await store.perform(quietAction, { requestKey, actor, input: { sessionId } });
    if (outcome.kind === 'refused') return refused(outcome.refusal);
    const { until } = resolved.session;
    const when = until ? [' at ', clock(until)] : [' at its time'];
    const message = sentence('neutral', strong(name), ' ends', ...when, ', without another word.');
    return accepted(message, asSeenBy(actor.personId, resolved.session));
  },
});
