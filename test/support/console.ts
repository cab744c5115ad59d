import { type ConsoleDeps, createConsole } from '../../adapters/console/console.ts';
import type { StandingEmoji } from '../../adapters/console/reactions.ts';
import type { Commands, Invocation, Reaction, Reply } from '../../core/invocation.ts';
import type { Message } from '../../core/message.ts';
import type { Board } from '../../core/view.ts';
import { createFakeClock } from './fake-clock.ts';

/** What the stream sends, as a page reads it: moments are strings. */
type StreamEvents = {
  conversation: { now: string; messages: PostedMessage[] };
  message: PostedMessage;
  update: PostedMessage;
  board: { hosts: { name: string }[]; queue: { name: string }[] };
};

type PostedMessage = {
  id: string;
  person: string | null;
  at: string;
  message: Message;
  reactions: StandingEmoji[];
};

const nobodyAsked = () => Promise.reject(new Error('nobody asked for that'));

/** Commands that are not given. */
export const noCommands: Commands = {
  handle: nobodyAsked,
  home: nobodyAsked,
  startForm: nobodyAsked,
  startCommand: () => 'start',
  react: nobodyAsked,
  complete: nobodyAsked,
};

/** A console with three people, an empty board and commands that repeat what was said. */
export function startConsole(changes: Partial<ConsoleDeps> = {}) {
  const clock = createFakeClock(new Date('2026-03-02T10:00:00Z'));
  const invocations: Invocation[] = [];
  const reactions: Reaction[] = [];
  const emptyBoard: Board = { hosts: [], queue: [] };
  const { app, chat } = createConsole({
    commands: {
      ...noCommands,
      async handle(invocation): Promise<Reply> {
        invocations.push(invocation);
        const text = [`you said: ${invocation.text}`];
        const message: Message = { title: null, tone: 'good', parts: [{ kind: 'text', text }] };
        return { ok: true, message, text: '', refusal: null, session: null };
      },
      async react(reaction) {
        reactions.push(reaction);
        return 'taken';
      },
      complete: async ({ text }) => [{ text: `${text}!`, hint: 'louder' }],
    },
    board: async () => emptyBoard,
    people: () => [
      { externalId: 'alice', name: 'alice', admin: true },
      { externalId: 'bob', name: 'bob', admin: false },
      { externalId: 'carol', name: 'carol', admin: false },
    ],
    channel: 'lab',
    clock,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    simulated: false,
    ...changes,
  });
  const open = async (person: string) =>
    createReader(await app.request(`/console/stream?person=${person}`));
  const send = (name: 'commands' | 'reactions', body: unknown) =>
    app.request(`/console/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  return { app, chat, clock, invocations, reactions, open, send };
}

/** Reads server-sent events one after the other. */
function createReader(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new Error('the stream has no body');
  let text = '';

  /** All that came up to the end of the next block, a comment's included. */
  async function nextBlock(): Promise<string> {
    while (!text.includes('\n\n')) {
      const { value, done } = await (reader as NonNullable<typeof reader>).read();
      if (done) throw new Error('the stream ended');
      text += value;
    }
    const end = text.indexOf('\n\n') + 2;
    const block = text.slice(0, end);
    text = text.slice(end);
    return block;
  }

  /** The next event of that name; others before it are passed over. */
  async function next<Name extends keyof StreamEvents>(name: Name): Promise<StreamEvents[Name]> {
    for (;;) {
      const block = await nextBlock();
      if (!block.includes(`event: ${name}\n`)) continue;
      return JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? 'null');
    }
  }

  return { next, nextBlock, close: () => reader.cancel() };
}
