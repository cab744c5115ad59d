import type { SessionActivity } from '../../core/access.ts';
import type { Message, MessagePart, Text } from '../../core/message.ts';
import type { SessionView } from '../../core/view.ts';
import { linkOf } from '../access.ts';
import { renderSession, usedSoFar } from '../render/session.ts';
import { relative } from '../render/words.ts';
import { accepted, command, refused } from './command.ts';
import { asSeenBy, placeOf, resolveSession } from './sessions.ts';

export const status = command({
  name: 'status',
  forGuests: true,
  summary: 'Show a session: its nvidia-smi figures, its cost so far and, to its holder, the link.',
  arguments: [{ name: 'session', kind: 'session', required: false }],
  flags: [],
  examples: ['status', 'status brave-otter'],
  async run(context, { session: named }) {
    const resolved = await resolveSession(context, named);
    if ('refusal' in resolved) return refused(resolved.refusal);
    const { clock, actor } = context;
    const now = clock.now();
    const session = asSeenBy(actor.personId, resolved.session);
    const message = renderSession(session, await placeOf({ ...context, now }, session));
    const link = await linkOf(context.access, session);
    const activity =
      session.state === 'running' ? await context.store.activityOf(session.id) : null;
    const parts: MessagePart[] = [
      ...message.parts.filter(({ kind }) => kind !== 'actions'),
      ...(session.state === 'running'
        ? [{ kind: 'fields', fields: runningFields(session, { activity, now }) } as const]
        : []),
      ...(link
        ? [{ kind: 'text', text: [{ kind: 'link', text: 'Open JupyterLab', url: link }] } as const]
        : []),
      ...message.parts.filter(({ kind }) => kind === 'actions'),
    ];
    return accepted({ ...message, parts } satisfies Message, session);
  },
});

function runningFields(
  session: SessionView,
  { activity, now }: { activity: SessionActivity | null; now: Date },
): { name: string; value: Text }[] {
  const used = { name: 'Used', value: usedSoFar(session, now) };
  if (activity === null) return [used];
  const { connections, lastActiveAt } = activity;
  const open = connections === 1 ? '1 connection' : `${connections} connections`;
  return [used, { name: 'In browsers', value: [`${open}, last used `, relative(lastActiveAt)] }];
}
