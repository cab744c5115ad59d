import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';

import type { Commands } from '../../core/invocation.ts';
import type { Chat, Clock, Log } from '../../core/ports.ts';
import type { Board } from '../../core/view.ts';
import { readAsset } from './assets.ts';
import { createBoardWatch } from './board-watch.ts';
import { createConversation } from './conversation.ts';
import { renderPage } from './page.ts';
import { takeReaction } from './react.ts';
import { commandBody, completeQuery, reactionBody, readBody } from './request.ts';
import { openStream } from './stream.ts';

export type ConsolePerson = { externalId: string; name: string; admin: boolean };

export type ConsoleDeps = {
  commands: Commands;
  board(): Promise<Board>;
  people(): readonly ConsolePerson[];
  /** The one channel that everybody here is in. */
  channel: string;
  clock: Clock;
  log: Log;
  /** Whether any host is simulated: the page then says so at the top. */
  simulated: boolean;
};

/**
 * A chat for a trial on one machine: a page, and the `Chat` port behind it. Whoever opens the page
 * may speak as anybody, so it belongs on loopback; the server that mounts `app` at `/` checks
 * Host and Origin.
 */
export function createConsole(deps: ConsoleDeps): { app: Hono; chat: Chat } {
  const conversation = createConversation(deps);
  const boardWatch = createBoardWatch(deps);
  const isKnown = (externalId: string) =>
    deps.people().some((person) => person.externalId === externalId);

  const app = new Hono();
  app.onError((error, c) => {
    deps.log.error('console request failed', { error, path: c.req.path });
    return c.json({ error: 'Something went wrong on our side.' }, 500);
  });

  app.get('/', (c) => c.html(renderPage(deps), 200, pageHeaders));

  app.get('/console/stream', (c) => {
    const person = c.req.query('person') ?? '';
    if (!isKnown(person)) return c.json(unknownPerson, 404);
    return openStream({ conversation, boardWatch, clock: deps.clock }, person);
  });

  app.get('/console/complete', async (c) => {
    const query = completeQuery.safeParse(c.req.query());
    if (!query.success || !isKnown(query.data.person)) return c.json({ suggestions: [] }, 400);
    const { person, text } = query.data;
    const suggestions = await deps.commands.complete({
      platform: 'console',
      externalId: person,
      channel: deps.channel,
      text,
    });
    return c.json({ suggestions: suggestions.slice(0, mostSuggestions) });
  });

  app.post('/console/commands', limitBody, async (c) => {
    const body = await readBody(c, commandBody, 'That line is too long or not a command.');
    if (body instanceof Response) return body;
    const { person, text, requestKey } = body;
    if (!isKnown(person)) return c.json(unknownPerson, 404);
    const { ok, message } = await deps.commands.handle({
      platform: 'console',
      externalId: person,
      standing: 'member',
      channel: deps.channel,
      text,
      requestKey,
    });
    return c.json({ ok, message });
  });

  app.post('/console/reactions', limitBody, async (c) => {
    const body = await readBody(c, reactionBody, 'That is not a reaction to a message.');
    if (body instanceof Response) return body;
    if (!isKnown(body.person)) return c.json(unknownPerson, 404);
    const failure = await takeReaction({ ...deps, conversation }, body);
    return failure ? c.json({ error: failure.error }, failure.status) : c.body(null, 204);
  });

  app.get('/console/:name', async (c) => {
    const asset = await readAsset(c.req.param('name'));
    if (!asset) return c.notFound();
    return c.body(asset.text, 200, { ...pageHeaders, 'content-type': asset.contentType });
  });

  return { app, chat: conversation };
}

const mostSuggestions = 20;

const unknownPerson = { error: 'Nobody here goes by that name.' };

const limitBody = bodyLimit({
  maxSize: 16 * 1024,
  onError: (c) => c.json({ error: 'That is more than a command can be.' }, 413),
});

/** Everything that the page needs comes from here, and nothing that it shows can run. */
const pageHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cache-control': 'no-cache',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
