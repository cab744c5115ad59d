import { assert } from '../../core/assert.ts';
import type { Clock } from '../../core/ports.ts';

/** The machine's own clock. */
export function createSystemClock(): Clock {
  return { now: () => new Date(), sleep };
}

/** Longer timers would fire at once. */
const longestSleepMilliseconds = 2 ** 31 - 1;

/** A running timer keeps the process alive: whoever wants to end it aborts the signal. */
async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  assert(milliseconds <= longestSleepMilliseconds, 'a sleep lasts at most 24 days');
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(wake, milliseconds);
  function wake() {
    clearTimeout(timer);
    signal.removeEventListener('abort', wake);
    resolve();
  }
  signal.addEventListener('abort', wake);
  return promise;
}
