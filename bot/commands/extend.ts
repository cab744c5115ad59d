import { extend as extendAction } from '../../core/actions/extend.ts';
import { formatDuration } from '../duration.ts';
import { areHeld, clock, sentence, strong } from '../render/words.ts';
import { accepted, command, refused } from './command.ts';
import { asSeenBy, resolveSession } from './sessions.ts';

export const extend = command({
  name: 'extend',
  forGuests: false,
  summary: 'Let a session run longer. The credits for it are held first.',
  arguments: [
    { name: 'session', kind: 'session', required: false },
    { name: 'duration', kind: 'duration', required: true },
  ],
  flags: [],
  examples: ['extend 1h', 'extend brave-otter 30m'],
  async run(context, { session: named, duration }) {
    const resolved = await resolveSession(context, named);
    if ('refusal' in resolved) return refused(resolved.refusal);
    const { store, actor, requestKey } = context;
    const sessionId = resolved.session.id;
    const outcome = await store.perform(extendAction, {
      requestKey,
      actor,
      input: { sessionId, addedSeconds: duration },
    });
    if (outcome.kind === 'refused') return refused(outcome.refusal);
    const session = (await store.sessionById(sessionId)) ?? resolved.session;
    context.wake(null);
    const until = session.until ? [' until ', clock(session.until)] : [];
    const message = sentence(
      'good',
      strong(session.name),
      ` has ${formatDuration(duration)} more`,
      ...until,
      `. ${areHeld(session.held)}.`,
    );
    return accepted(message, asSeenBy(actor.personId, session));
  },
});
