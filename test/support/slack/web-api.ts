import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Fields, isFields } from './check.ts';
import { type Ills, take } from './ills.ts';
import {
  type ConversationScope,
  type Method,
  type MethodContext,
  readArguments,
} from './method.ts';
import { chatMethods } from './methods/chat.ts';
import { conversationMethods } from './methods/conversations.ts';
import { fileMethods } from './methods/files.ts';
import { historyMethods } from './methods/history.ts';
import { peopleMethods } from './methods/people.ts';
import { reactionMethods } from './methods/reactions.ts';
import { viewMethods } from './methods/views.ts';
import { RateLimited, Refused } from './refused.ts';

const methods: Readonly<Record<string, Method>> = {
  ...chatMethods,
  ...conversationMethods,
  ...fileMethods,
  ...historyMethods,
  ...peopleMethods,
  ...reactionMethods,
  ...viewMethods,
};

type Answer = { status: number; headers: Record<string, string>; fields: Fields };
type Call = { name: string; token: string; args: Fields };

/** Slack’s Web API: docs.slack.dev/apis/web-api. */
export function createWebApi(context: MethodContext, ills: Ills) {
  const { workspace } = context;
  const { bot } = workspace.manifest.oauth_config.scopes;

  async function serve(request: IncomingMessage, response: ServerResponse, body: string) {
    const call = readCall(request, body);
    if (ills.slowMillis > 0)
      await new Promise<void>((resolve) => workspace.clock.after(ills.slowMillis, resolve));
    const failure = take(ills.failing, call.name);
    const answer = failure ? null : answerTo(call);
    const isOk = answer?.fields['ok'] === true;
    workspace.calls.push({
      method: call.name,
      args: call.args,
      at: workspace.clock.now(),
      error: isOk ? null : String(answer?.fields['error'] ?? failure?.status),
    });
    workspace.changed();
    if (isOk && take(ills.losing, call.name)) response.destroy();
    else if (answer)
      response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.fields));
    else response.writeHead(failure?.status ?? 500).end();
  }

  function answerTo(call: Call): Answer {
    const headers = { 'content-type': 'application/json', 'x-oauth-scopes': scopesOf(call).join() };
    try {
      const limited = take(ills.limited, call.name);
      if (limited) throw new RateLimited(limited.seconds);
      return { status: 200, headers, fields: { ok: true, ...run(call) } };
    } catch (error) {
      if (error instanceof Refused)
        return { status: 200, headers, fields: { ok: false, error: error.code, ...error.more } };
      if (!(error instanceof RateLimited)) throw error;
      const fields = { ok: false, error: 'ratelimited' };
      return { status: 429, headers: { ...headers, 'retry-after': String(error.seconds) }, fields };
    }
  }

  const scopesOf = ({ token }: Call) =>
    token === workspace.tokens.app ? ['connections:write'] : bot;

  function run(call: Call): Fields {
    const method = methods[call.name];
    if (!method) throw new Refused('unknown_method');
    checkToken(call, method);
    const args = readArguments(call.args, method.args);
    const needed = scopeFor(method.scope, args.text('channel'));
    const provided = scopesOf(call);
    if (needed !== null && !provided.includes(needed))
      throw new Refused('missing_scope', { needed, provided: provided.join() });
    return method.run(args, context);
  }

  function checkToken({ token }: Call, method: Method): void {
    const { tokens, revoked } = workspace;
    if (token === '') throw new Refused('not_authed');
    if (token !== tokens.app && token !== tokens.bot) throw new Refused('invalid_auth');
    const kind = token === tokens.bot ? 'bot' : 'app';
    if (revoked[kind]) throw new Refused(kind === 'bot' ? 'token_revoked' : 'invalid_auth');
    if (method.token !== kind) throw new Refused('not_allowed_token_type');
  }

  function scopeFor(scope: string | null | ConversationScope, channelId: string): string | null {
    if (scope === null || typeof scope === 'string') return scope;
    return scope[workspace.channels.get(channelId)?.kind ?? 'public'];
  }

  return { serve };
}

/** Form-encoded, or JSON; the token in the header, or among the arguments. */
function readCall({ headers, url }: IncomingMessage, body: string): Call {
  const name = new URL(url ?? '', 'http://slack').pathname.replace('/api/', '');
  const isJson = String(headers['content-type']).startsWith('application/json');
  const parsed: unknown = isJson ? JSON.parse(body || '{}') : formOf(body);
  // The library sends the team with every call of a listener, and Slack lets it.
  const { token = '', team_id: _, ...args } = isFields(parsed) ? parsed : {};
  const fromHeader = String(headers.authorization ?? '').replace(/^Bearer /, '');
  return { name, token: fromHeader || String(token), args };
}

const formOf = (body: string) => Object.fromEntries(new URLSearchParams(body));
