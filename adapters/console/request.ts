import { z } from 'zod';

const person = z.string().min(1).max(100);
/** What follows `/gpu`; the slash and the word themselves may stand before it, or alone. */
const text = z
  .string()
  .max(500)
  .transform((typed) => typed.replace(/^\s*\/gpu(?=\s|$)/i, '').trimStart());

/** What the page posts when a line is entered or a button pressed. */
export const commandBody = z.object({
  person,
  text: text.transform((typed) => typed.trimEnd()),
  requestKey: z.string().min(8).max(100),
});

/** What the page asks while somebody types. A space at the end matters: it begins a new word. */
export const completeQuery = z.object({ person, text });
