import { setTimeout as pass } from 'node:timers/promises';
import type { Clock } from '../../core/ports.ts';
import { createSlackClock } from './slack/clock.ts';
import type { SlackServer } from './slack-server.ts';

export type QuickClock = Clock & {
  /** Time runs quickly, at Slack too, until the signal aborts. */
  hurry(slack: SlackServer, signal: AbortSignal): Promise<void>;
};

/** So much time passes at once, and then the machine has so long for what has fallen due. */
const [stepSeconds, workMillis] = [0.25, 25];

/** The machine's own clock, which runs ten times as fast while a test has nothing else to do. */
export function createQuickClock(): QuickClock {
  const { now, after, passTime } = createSlackClock();
  return {
    now: () => new Date(now()),
    async sleep(milliseconds, signal) {
      if (signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const callOff = after(milliseconds, wake);
      function wake() {
        callOff();
        signal.removeEventListener('abort', wake);
        resolve();
      }
      signal.addEventListener('abort', wake);
      return promise;
    },
    async hurry(slack, signal) {
      for (;;) {
        await pass(workMillis);
        // Slack wants its acknowledgement within three seconds, which a busy machine may need.
        await slack.quiet();
        if (signal.aborted) return;
        // Slack's first: who slept for as long as Slack wanted is not too early there.
        await slack.passTime(stepSeconds);
        await passTime(stepSeconds);
      }
    },
  };
}
