import type { Context } from 'hono';
import { z } from 'zod';

const person = z.string().min(1).max(100);
/** What follows `/gpu`; the slash and the word themselves may stand before it, or alone. */
const text = z
  .string()
  .max(2_000)
  .transform((typed) => typed.replace(/^\s*\/gpu(?=\s|$)/i, '').trimStart());

/** Apart from the keys under which Dibs asks things of itself. */
const requestKey = z
  .string()
  .min(8)
  .max(100)
  .transform((key) => `console:${key}`);

/** What the page posts when a line is entered or a button pressed. */
export const commandBody = z.object({
  person,
  text: text.transform((typed) => typed.trimEnd()),
  requestKey,
});

/** What it posts when an emoji under a message is pressed. */
export const reactionBody = z.object({
  person,
  message: z.string().min(1).max(200),
  emoji: z.string().min(1).max(50),
  isAdded: z.boolean(),
  requestKey,
});

/** What the page asks while somebody types. A space at the end matters: it begins a new word. */
export const completeQuery = z.object({ person, text });

/** The JSON that was posted, in that shape, or the answer to whoever posted something else. */
export async function readBody<Shape>(
  context: Context,
  schema: z.ZodType<Shape>,
  otherwise: string,
): Promise<Shape | Response> {
  if (!context.req.header('content-type')?.startsWith('application/json'))
    return context.json({ error: 'Send it as JSON.' }, 415);
  const body = schema.safeParse(await context.req.json().catch(() => null));
  return body.success ? body.data : context.json({ error: otherwise }, 400);
}
