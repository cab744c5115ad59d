import { createHash } from 'node:crypto';
import { linkCodeSeconds, makeLinkCode } from '../../core/actions/link.ts';
import type { Message } from '../../core/message.ts';
import { formatDuration } from '../duration.ts';
import { code, sentence } from '../render/words.ts';
import { accepted, command, refused } from './command.ts';

export const link = command({
  name: 'link',
  summary: 'Be one person on Slack, Discord and here: make a code and type it over there.',
  arguments: [{ name: 'code', kind: 'code', required: false }],
  flags: [],
  examples: ['link', 'link K7QF-2MXD'],
  async run({ store, actor, requestKey, newSecret }, { code: typed }) {
    // Whoever is known here brings a code from elsewhere: two people do not become one.
    if (typed !== undefined) return refused({ kind: 'identity_taken', platform: actor.platform });
    const made = codeOf(newSecret());
    const input = { codeHash: hashOfCode(made) };
    const outcome = await store.perform(makeLinkCode, { requestKey, actor, input });
    if (outcome.kind === 'refused') return refused(outcome.refusal);
    const message = sentence(
      'good',
      'On the other side, type ',
      code(`/gpu link ${made}`),
      ` within ${formatDuration(linkCodeSeconds)}. It works once, and only where you are unknown.`,
    );
    return accepted(message);
  },
});

export function renderLinked(): Message {
  return sentence('good', 'Linked: you are one person here and there, with one balance.');
}

/** Without letters and digits that look alike: forty bits, of which a guess has ten minutes. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

function codeOf(secret: string): string {
  const bytes = createHash('sha256').update(secret).digest().subarray(0, 8);
  const letters = [...bytes].map((byte) => alphabet[byte % 32]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** The same however it is typed: small letters, no dash. */
export function hashOfCode(typed: string): string {
  const plain = typed.toUpperCase().replace(/[^A-Z0-9]/g, '');
  return createHash('sha256').update(plain).digest('base64url');
}
