import { Fault } from '../../core/fault.ts';
import type { Clock } from '../../core/ports.ts';

/** Slack bears about one message a second and channel, and a few at once. */
const everyMillis = 1000;
const burst = 3;
const longestWaitMillis = 2000;
const mostRemembered = 1000;

export type Pace = {
  /** Resolves when the next message to that channel may go. Throws chat_busy when that is far. */
  turn(channel: string, signal: AbortSignal): Promise<void>;
  /** Slack wants no message there for so long. */
  rest(channel: string, seconds: number): void;
};

/** Messages to a channel one behind the other, so that Slack need not refuse them. */
export function createPace(clock: Clock): Pace {
  const freeAt = new Map<string, number>();
  return {
    async turn(channel, signal) {
      const now = clock.now().getTime();
      const free = Math.max(freeAt.get(channel) ?? 0, now - (burst - 1) * everyMillis);
      const waitMillis = free - now;
      if (waitMillis > longestWaitMillis)
        throw new Fault('chat_busy', { retryAfterSeconds: Math.ceil(waitMillis / 1000) });
      if (freeAt.size >= mostRemembered) freeAt.clear();
      freeAt.set(channel, free + everyMillis);
      if (waitMillis > 0) await clock.sleep(waitMillis, signal);
    },
    rest(channel, seconds) {
      freeAt.set(channel, clock.now().getTime() + seconds * 1000);
    },
  };
}
