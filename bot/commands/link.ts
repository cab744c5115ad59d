import { createHash } from 'node:crypto';
import { link as linkAction, linkCodeSeconds, makeLinkCode } from '../../core/actions/link.ts';
import type { Reply } from '../../core/invocation.ts';
import type { Platform } from '../../core/message.ts';
import type { Store } from '../../core/store.ts';
import { formatDuration } from '../duration.ts';
import { secret, sentence } from '../render/words.ts';
import { accepted, command, refused } from './command.ts';

export const link = command({
  name: 'link',
  forGuests: false,
  summary: 'Be one person in Slack and here: make a code and type it over there.',
  arguments: [{ name: 'code', kind: 'code', required: false }],
  flags: [],
  examples: ['link', 'link K7QF-2MXD'],
  async run({ store, actor, requestKey, externalId, newSecret }, { code: typed }) {
    // Two people do not become one; but who was linked by this very request is told so again.
    if (typed !== undefined)
      return bringCode(store, { platform: actor.platform, externalId, requestKey, typed });
    const made = codeOf(newSecret());
    const input = { codeHash: hashOfCode(made) };
    const outcome = await store.perform(makeLinkCode, { requestKey, actor, input });
    if (outcome.kind === 'refused') return refused(outcome.refusal);
    const message = sentence(
      'good',
      'On the other side, type ',
      secret(`/gpu link ${made}`),
      ` within ${formatDuration(linkCodeSeconds)}. It works once, and only where you are unknown.`,
    );
    return accepted(message);
  },
});

/** An identity that is nobody's becomes that of whoever made the code. */
export async function bringCode(
  store: Store,
  brought: { platform: Platform; externalId: string; requestKey: string; typed: string },
): Promise<Reply> {
  const { platform, externalId, requestKey, typed } = brought;
  const actor = { kind: 'stranger', platform, externalId } as const;
  const input = { codeHash: hashOfCode(typed) };
  const outcome = await store.perform(linkAction, { requestKey, actor, input });
  if (outcome.kind === 'refused') return refused(outcome.refusal);
  const linked = 'Linked: you are one person here and there, with one balance.';
  return accepted(sentence('good', linked));
}

/** Without letters and digits that look alike: forty bits, of which a guess has ten minutes. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

function codeOf(secret: string): string {
  const bytes = createHash('sha256').update(secret).digest().subarray(0, 8);
  const letters = [...bytes].map((byte) => alphabet[byte % 32]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** The same however it is typed: small letters, spaces, any dash or none. */
function hashOfCode(typed: string): string {
  const plain = typed.toUpperCase().replace(/[^A-Z0-9]/g, '');
  return createHash('sha256').update(plain).digest('base64url');
}
