import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { Api } from '../../core/api.ts';
import type { Person } from '../../core/entity.ts';
import { createAccountRoutes } from './account-routes.ts';
import { createEventRoutes } from './event-routes.ts';
import { isLocal } from './guard.ts';

/** Postgres keeps no NUL, and nobody types the others. */
const plain = /^[^\p{Cc}\p{Cs}]*$/u;
/** A key may be broken over lines; and a private one, which is long, is to be told that it is one. */
const mostCharacters = 8_000;
const typed = /^([^\p{Cc}\p{Cs}]|[\t\r\n])*$/u;
const body = z.object({ text: z.string().max(mostCharacters).regex(typed) });
const name = z.string().max(100).regex(plain);
const mostKeyCharacters = 200;
const notReadable =
  'Send a command as JSON, such as {"text": "start a100 2h"}: 8,000 characters at most.';

type AsPerson = Parameters<typeof createEventRoutes>[1];

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
    if (!parsed.success) return context.json({ ok: false, text: notReadable }, 400);
    const key = context.req.header('idempotency-key') ?? randomUUID();
    if (key.length > mostKeyCharacters)
      return context.json({ ok: false, text: 'The Idempotency-Key has over 200 characters.' }, 400);
    const requestKey = `api:${person.id}:${key}`;
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
    const asked = name.safeParse(context.req.param('name'));
    const session = asked.success ? await api.session(person, asked.data) : null;
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
  const asPerson: AsPerson = (answer) => async (context) => {
    const person = await personOf(context, api, options);
    return person === null ? unauthorised(context) : answer(context, person);
  };
  app.route('/', createAccountRoutes(api, asPerson));
  app.route('/', createEventRoutes(api, asPerson));
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
  context: Context,
  api: Api,
  { trustsPersonHeader }: { trustsPersonHeader: boolean },
): Promise<Person | null> {
  const authorization = context.req.header('authorization') ?? '';
  const [, token] = /^Bearer\s+(\S+)$/i.exec(authorization) ?? [];
  if (token !== undefined) return api.personOfToken(token);
  const asked = context.req.header('x-dibs-person');
  const isTrusted = asked !== undefined && trustsPersonHeader && isLocal(context);
  return isTrusted ? api.personNamed(asked) : Promise.resolve(null);
}

function unauthorised(context: Context): Response {
  const { req } = context;
  const text =
    req.header('authorization') !== undefined
      ? 'That token is not valid (any more). “/gpu token” makes a new one.'
      : req.header('x-dibs-person') !== undefined
        ? 'There is nobody of that name, or a name is not enough here: “/gpu token” makes a token.'
        : 'Send a token: Authorization: Bearer …. “/gpu token” makes one.';
  return context.json({ ok: false, text }, 401);
}
