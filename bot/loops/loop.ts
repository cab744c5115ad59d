import type { Clock, Log } from '../../core/ports.ts';

export type Loop = {
  /** Does not wait for the time of the next turn. */
  wake(): void;
  /** Turns until the signal aborts; resolves when the last turn is done. */
  run(signal: AbortSignal): Promise<void>;
};

const longestPauseMillis = 60_000;

/**
 * Calls `runOnce`, which is the whole work, again and again. After a failure more slowly, but
 * within a minute, however seldom it turns otherwise.
 */
export function createLoop(options: {
  name: string;
  everyMillis: number;
  runOnce: (signal: AbortSignal) => Promise<void>;
  clock: Clock;
  log: Log;
}): Loop {
  const { name, everyMillis, runOnce, clock, log } = options;
  let isWoken = false;
  let sleeping = new AbortController();
  return {
    wake() {
      isWoken = true;
      sleeping.abort();
    },
    async run(signal) {
      let failures = 0;
      while (!signal.aborted) {
        isWoken = false;
        try {
          await runOnce(signal);
          failures = 0;
        } catch (error) {
          failures += 1;
          if (!signal.aborted)
            log.error('a turn of a loop failed', { loop: name, failures, error });
        }
        sleeping = new AbortController();
        if (!isWoken || failures > 0)
          await clock.sleep(
            pauseMillis(everyMillis, failures),
            AbortSignal.any([signal, sleeping.signal]),
          );
      }
    },
  };
}

function pauseMillis(everyMillis: number, failures: number): number {
  if (failures === 0) return Math.max(everyMillis, 1);
  return Math.min(everyMillis * 2 ** Math.min(failures, 10), longestPauseMillis);
}
