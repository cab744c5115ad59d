import { renderReady } from '../render/session.ts';
import { accepted, command, refused } from './command.ts';
import { asSeenBy, resolveSession } from './sessions.ts';

export const open = command({
  name: 'open',
  summary: 'Show the link into a session again, to its holder alone.',
  forGuests: true,
  arguments: [{ name: 'session', kind: 'session', required: false }],
  flags: [],
  examples: ['open', 'open brave-otter'],
  async run(context, { session: named }) {
    const resolved = await resolveSession(context, named);
    if ('refusal' in resolved) return refused(resolved.refusal);
    const { session } = resolved;
    const { name, holder, state } = session;
    if (holder.personId !== context.actor.personId)
      return refused({ kind: 'not_allowed', needs: 'holder', holder: holder.name });
    if (state === 'stopping' || state === 'ended')
      return refused({ kind: 'session_over', name, state });
    if (state !== 'running') return refused({ kind: 'not_ready', name });
    return accepted(renderReady(session), asSeenBy(context.actor.personId, session));
  },
});
