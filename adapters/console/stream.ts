import type { Clock } from '../../core/ports.ts';
import type { BoardWatch } from './board-watch.ts';
import type { Conversation } from './conversation.ts';

type StreamDeps = { conversation: Conversation; boardWatch: BoardWatch; clock: Clock };

/**
 * Server-sent events for one tab: `conversation` (so far, and the server's time), then `message`,
 * `update` and `board` as they happen. A tab that comes back gets `conversation` again, so nothing
 * needs replaying.
 */
export function openStream(deps: StreamDeps, person: string): Response {
  const closing = new AbortController();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      function write(text: string) {
        if (closing.signal.aborted) return;
        controller.enqueue(encoder.encode(text));
        if ((controller.desiredSize ?? 0) > -mostUnread) return;
        closing.abort();
        controller.close();
      }
      subscribe(deps, { person, write, signal: closing.signal });
      void beat(deps.clock, write, closing.signal);
    },
    cancel: () => closing.abort(),
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  });
}

const heartbeatMilliseconds = 15_000;

/** A tab that reads nothing for this many events is let go; it reconnects when it wakes. */
const mostUnread = 1000;

type Reader = { person: string; write(text: string): void; signal: AbortSignal };

function subscribe({ conversation, boardWatch, clock }: StreamDeps, reader: Reader) {
  const { person, write, signal } = reader;
  write(
    `retry: 1000\n${event('conversation', { now: clock.now(), messages: conversation.seenBy(person) })}`,
  );
  const endings = [
    conversation.listen(person, ({ kind, posted }) => write(event(kind, posted))),
    boardWatch.listen((picture) => write(`event: board\ndata: ${picture}\n\n`)),
  ];
  const end = () => {
    for (const ending of endings) ending();
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
}

/** Keeps what lies between from closing a quiet connection. */
async function beat(clock: Clock, write: (text: string) => void, signal: AbortSignal) {
  while (!signal.aborted) {
    await clock.sleep(heartbeatMilliseconds, signal);
    write(': still here\n\n');
  }
}

function event(name: string, content: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(content)}\n\n`;
}
