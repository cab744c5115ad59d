import type { SessionView } from '../../core/view.ts';
import { linkOf } from '../access.ts';
import { renderReady, renderSsh } from '../render/ready.ts';
import { accepted, type CommandContext, command, refused } from './command.ts';
import { asSeenBy, resolveSession } from './sessions.ts';

export const open = command({
  name: 'open',
  summary: 'Show the link into a session again, to its holder alone.',
  forGuests: true,
  arguments: [{ name: 'session', kind: 'session', required: false }],
  flags: [],
  examples: ['open', 'open brave-otter'],
  async run(context, { session: named }) {
    const own = await ownReady(context, named);
    if ('refusal' in own) return refused(own.refusal);
    const { session } = own;
    const link = await linkOf(context.access, session);
    if (link === null) return refused({ kind: 'not_ready', name: session.name });
    return accepted(renderReady(session, link), asSeenBy(context.actor.personId, session));
  },
});

export const ssh = command({
  name: 'ssh',
  summary: 'Show how to reach a session by SSH and from VS Code, to its holder alone.',
  forGuests: true,
  arguments: [{ name: 'session', kind: 'session', required: false }],
  flags: [],
  examples: ['ssh', 'ssh brave-otter'],
  async run(context, { session: named }) {
    const own = await ownReady(context, named);
    if ('refusal' in own) return refused(own.refusal);
    const { session } = own;
    const { name, image, simulated } = session;
    if (session.ssh === null)
      return refused(
        simulated ? { kind: 'no_ssh_simulated', name } : { kind: 'no_ssh', name, image },
      );
    return accepted(renderSsh(session), asSeenBy(context.actor.personId, session));
  },
});

/** A session of the asker's that they can go into. */
async function ownReady(context: CommandContext, named: SessionView | undefined) {
  const resolved = await resolveSession(context, named);
  if ('refusal' in resolved) return resolved;
  const { session } = resolved;
  const { name, holder, state } = session;
  if (holder.personId !== context.actor.personId)
    return { refusal: { kind: 'not_allowed', needs: 'holder', holder: holder.name } } as const;
  if (state === 'stopping' || state === 'ended')
    return { refusal: { kind: 'session_over', name, state } } as const;
  return state === 'running' ? { session } : ({ refusal: { kind: 'not_ready', name } } as const);
}
