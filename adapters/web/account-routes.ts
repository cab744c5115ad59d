import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Api, ApiRefused } from '../../core/api.ts';
import type { Person } from '../../core/entity.ts';

type Asked = (answer: (context: Context, person: Person) => Promise<Response>) => AsPerson;
type AsPerson = (context: Context) => Promise<Response>;

const word = z
  .string()
  .max(100)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u)
  .nullable();
const asked = z.object({
  of: word,
  period: word,
  format: z.enum(['json', 'csv']).nullable(),
});

/** `/api/balance` and `/api/statement`; `asPerson` finds out who asks, or answers 401. */
export function createAccountRoutes(
  api: Pick<Api, 'balance' | 'statement'>,
  asPerson: Asked,
): Hono {
  const app = new Hono();
  app.get(
    '/api/balance',
    asPerson(async (context, person) => {
      const query = readQuery(context);
      if (query === null) return misunderstood(context);
      const answer = await api.balance(person, query.of);
      return 'text' in answer ? refused(context, answer) : context.json({ ok: true, ...answer });
    }),
  );
  app.get(
    '/api/statement',
    asPerson(async (context, person) => {
      const query = readQuery(context);
      if (query === null) return misunderstood(context);
      const { of, period, format } = query;
      const answer = await api.statement(person, { of, period, format: format ?? 'json' });
      if ('text' in answer) return refused(context, answer);
      if ('statement' in answer) return context.json({ ok: true, ...answer });
      const { name, mediaType, text } = answer.file;
      return context.body(text, 200, {
        'content-type': `${mediaType}; charset=utf-8`,
        'content-disposition': `attachment; filename="${name.replace(/[^\w.-]/g, '-')}"`,
      });
    }),
  );
  return app;
}

function readQuery(context: Context): z.output<typeof asked> | null {
  const { of = null, period = null, format = null } = context.req.query();
  return asked.safeParse({ of, period, format }).data ?? null;
}

function misunderstood(context: Context): Response {
  const text = 'Ask with of=bob, period=2026-03 and format=csv; each may be left out.';
  return context.json({ ok: false, text }, 400);
}

function refused(context: Context, { kind, text, refusal }: ApiRefused): Response {
  const status = kind === 'unknown_payee' ? 404 : kind === 'account_of_others' ? 403 : 400;
  return context.json({ ok: false, text, refusal }, status);
}
