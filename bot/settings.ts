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
  const names = typed.map((name) => `"${name}"`).join(', ');
  const meant = typed.length === 1 ? nearest(typed[0] ?? '', known) : null;
  return meant === null
    ? `there is no setting ${names} here; dibs.example.yaml shows them all`
    : `there is no setting ${names} here; did you mean "${meant}"?`;
}
