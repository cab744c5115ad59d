import type { Message } from '../../core/message.ts';

/** An emoji under a message. It stands there as long as anybody has put it there. */
export type StandingEmoji = {
  emoji: string;
  /** Put there by Dibs itself, for people to press. */
  byDibs: boolean;
  /** Ids of those who pressed it, in the order in which they did. */
  people: readonly string[];
};

export type Press = { person: string; emoji: string; isAdded: boolean };

/** What stands under a message when its content is new: what it names, and what people left. */
export function standingUnder(
  { parts }: Message,
  before: readonly StandingEmoji[] = [],
): StandingEmoji[] {
  const named = new Set(parts.flatMap((part) => (part.kind === 'reactions' ? part.emojis : [])));
  const kept = before
    .map((standing) => ({ ...standing, byDibs: named.has(standing.emoji) }))
    .filter(({ byDibs, people }) => byDibs || people.length > 0);
  const known = new Set(kept.map(({ emoji }) => emoji));
  const added = [...named].filter((emoji) => !known.has(emoji));
  return [...kept, ...added.map((emoji) => ({ emoji, byDibs: true, people: [] }))];
}

/** The same after a press. What nobody has there any more is gone. */
export function standingAfter(
  before: readonly StandingEmoji[],
  { person, emoji, isAdded }: Press,
): StandingEmoji[] {
  const known = before.some((standing) => standing.emoji === emoji);
  const all = known ? before : [...before, { emoji, byDibs: false, people: [] }];
  return all
    .map((standing) => {
      if (standing.emoji !== emoji) return standing;
      const others = standing.people.filter((id) => id !== person);
      return { ...standing, people: isAdded ? [...others, person] : others };
    })
    .filter(({ byDibs, people }) => byDibs || people.length > 0);
}
