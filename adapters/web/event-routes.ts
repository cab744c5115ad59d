import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Api } from '../../core/api.ts';
import type { Person } from '../../core/entity.ts';

type Asked = (answer: (context: Context, person: Person) => Promise<Response>) => AsPerson;
type AsPerson = (context: Context) => Promise<Response>;

const mostEvents = 200;
const word = z
  .string()
  .max(100)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u)
  .nullable()
  .default(null);
const query = z
  .strictObject({
    person: word,
    session: word,
    request: word,
    limit: z.coerce.number().int().min(1).max(mostEvents).default(50),
    before: z.guid().nullable().default(null),
  })
  .refine(({ session, request }) => session === null || request === null);

/** `/api/events`; `asPerson` finds out who asks, or answers 401. */
export function createEventRoutes(api: Pick<Api, 'events'>, asPerson: Asked): Hono {
  const app = new Hono();
  app.get(
    '/api/events',
    asPerson(async (context, person) => {
      const asked = query.safeParse(context.req.query());
      if (!asked.success) return context.json({ ok: false, text: howToAsk }, 400);
      const answer = await api.events(person, asked.data);
      if (!('text' in answer)) return context.json({ ok: true, ...answer });
      const { kind, text, refusal } = answer;
      return context.json({ ok: false, text, refusal }, kind === 'not_allowed' ? 403 : 404);
    }),
  );
  return app;
}

const howToAsk = `Ask with person=bob, and session=brave-otter or request=17; limit=50 is at most \
${mostEvents}, and before=… goes on from the \`next\` of the last answer. Each may be left out.`;
