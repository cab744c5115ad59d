import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { Api } from '../../core/api.ts';
import type { Person } from '../../core/entity.ts';
import { isLoopbackName } from './guard.ts';

const body = z.object({ text: z.string().max(2000) });

/**
 * `/api`: bearer tokens, and on a local trial the header `X-Dibs-Person` from loopback. A page
 * elsewhere cannot send that header here: it would have to ask first, and is never answered.
 */
export function createApiRoutes(api: Api, options: { trustsPersonHeader: boolean }): Hono {
  const app = new Hono();
  app.use('/api/*', bodyLimit({ maxSize: 16_384 }));

  app.post('/api/commands', async (context) => {
    const person = await personOf(context, api, options);
    if (person === null) return unauthorised(context);
    const parsed = body.safeParse(await context.req.json().catch(() => null));
    if (!parsed.success)
      return context.json({ ok: false, text: 'Send {"text": "start a100 2h"} as JSON.' }, 400);
    const requestKey = `api:${person.id}:${context.req.header('idempotency-key') ?? randomUUID()}`;
    const outcome = await api.run(person, parsed.data.text, requestKey);
    return context.json(outcome, outcome.ok ? 200 : 409);
  });
  app.get('/api/sessions', async (context) => {
    const person = await personOf(context, api, options);
    return person === null
      ? unauthorised(context)
      : context.json({ ok: true, sessions: await api.sessions(person) });
  });
  app.get('/api/sessions/:name', async (context) => {
    const person = await personOf(context, api, options);
    if (person === null) return unauthorised(context);
    const session = await api.session(person, context.req.param('name'));
    return session === null
      ? context.json({ ok: false, text: 'There is no session of that name.' }, 404)
      : context.json({ ok: true, session });
  });
  app.get('/api/board', async (context) => {
    const person = await personOf(context, api, options);
    return person === null
      ? unauthorised(context)
      : context.json({ ok: true, board: await api.board() });
  });
  app.get('/api/balance', async (context) => {
    const person = await personOf(context, api, options);
    return person === null
      ? unauthorised(context)
      : context.json({ ok: true, balance: await api.balance(person) });
  });
  app.get('/healthz', (context) => context.json({ ok: true }));
  app.get('/readyz', async (context) => {
    const ready = await api.ready().then(
      () => true,
      () => false,
    );
    return context.json({ ok: ready }, ready ? 200 : 503);
  });
  return app;
}

function personOf(
  { req }: Context,
  api: Api,
  { trustsPersonHeader }: { trustsPersonHeader: boolean },
): Promise<Person | null> {
  const [, token] = /^Bearer\s+(\S+)$/i.exec(req.header('authorization') ?? '') ?? [];
  if (token !== undefined) return api.personOfToken(token);
  const name = req.header('x-dibs-person');
  const isLocal = trustsPersonHeader && isLoopbackName(req.header('host') ?? '');
  return name !== undefined && isLocal ? api.personNamed(name) : Promise.resolve(null);
}

function unauthorised(context: Context): Response {
  const text = 'Send a token: Authorization: Bearer …. “/gpu token” in the chat makes one.';
  return context.json({ ok: false, text }, 401);
}
