import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSlackChat } from '../../../adapters/slack/chat.ts';
import { createPace } from '../../../adapters/slack/pace.ts';
import type { Message } from '../../../core/message.ts';
import type { Clock } from '../../../core/ports.ts';
import { noon } from '../world.ts';
import { impatientClient, labScopes, openLab } from './lab.ts';

export type ChatStage = Awaited<ReturnType<typeof stageChat>>;

/** Slack as a chat, at the stand-in, with a clock that has passed at once what is slept. */
export async function stageChat() {
  const scopes = [...labScopes, 'chat:write.public'];
  const slack = await openLab({ scopes });
  let now = noon.getTime();
  const slept: number[] = [];
  const clock: Clock & { jump(seconds: number): void } = {
    now: () => new Date(now),
    async sleep(milliseconds) {
      slept.push(milliseconds);
      now += milliseconds;
      await slack.passTime(milliseconds / 1000);
    },
    jump(seconds) {
      now += seconds * 1000;
    },
  };
  const homes: { externalId: string; answer: Message }[] = [];
  const refreshed: string[] = [];
  const chat = createSlackChat({
    client: impatientClient(slack, slack.tokens.bot),
    clock,
    pace: createPace(clock),
    identityOf: async (personId) => (personId === 'bob' ? 'UBOB' : null),
    showHome: async (externalId, answer) => void homes.push({ externalId, answer }),
    refreshHome: (externalId) => void refreshed.push(externalId),
  });
  /** What was asked of Slack, in order. */
  const asked = (method?: string) =>
    slack.calls.filter((call) => method === undefined || call.method === method);
  const methods = () => asked().map((call) => call.method);
  return { slack, chat, clock, slept, homes, refreshed, asked, methods };
}

export type ResponseUrl = Awaited<ReturnType<typeof openResponseUrl>>;

/** Where answers to a press go; says each time what it is told to. */
export async function openResponseUrl() {
  const bodies: unknown[] = [];
  let says: { status: number; headers?: Record<string, string> } = { status: 200 };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      bodies.push({ method: request.method, ...JSON.parse(body || '{}') });
      response.writeHead(says.status, says.headers ?? {}).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/response`,
    bodies,
    say(status: number, headers: Record<string, string> = {}) {
      says = { status, headers };
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
