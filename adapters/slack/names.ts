import type { Message, Text } from '../../core/message.ts';
import type { Names } from './text.ts';

/** Somebody's id on Slack; null: Slack does not know them. */
export type IdentityOf = (personId: string) => Promise<string | null>;

/** Those who are mentioned in a message, by their ids on Slack. */
export async function namesIn({ parts }: Message, identityOf: IdentityOf): Promise<Names> {
  const texts = parts.flatMap((part): Text[] => {
    if (part.kind === 'text') return [part.text];
    return part.kind === 'fields' ? part.fields.map(({ value }) => value) : [];
  });
  const mentioned = texts
    .flat()
    .flatMap((span) =>
      typeof span === 'object' && span.kind === 'mention' ? [span.personId] : [],
    );
  const ids = await Promise.all(
    [...new Set(mentioned)].map(async (id) => [id, await identityOf(id)] as const),
  );
  const byPerson = new Map(ids);
  return (personId) => byPerson.get(personId) ?? null;
}
