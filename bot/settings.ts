import { z } from 'zod';
import { nearest } from './render/words.ts';

/** An object of these settings alone: another one is told with the one that was probably meant. */
export function settings<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? unknownWords(issue.keys, Object.keys(shape)) : undefined,
  });
}

function unknownWords(typed: readonly string[], known: readonly string[]): string {
  const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');
  const meant = typed.map((name) => nearest(name, known)).filter((name) => name !== null);
  const lead = `there is no setting ${quoted(typed)} here`;
  return meant.length === 0
    ? `${lead}; dibs.example.yaml shows them all`
    : `${lead}; did you mean ${quoted(meant)}?`;
}
