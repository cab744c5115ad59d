import { setImmediate as nextTurn } from 'node:timers/promises';

import { assert } from '../../core/assert.ts';
import type { Clock } from '../../core/ports.ts';

export type FakeClock = Clock & {
  /**
   * Lets that many milliseconds pass. Sleepers wake one by one, at their own instant, in the order
   * of their instants and then of their falling asleep; whatever a sleeper does with promises alone
   * is done before the next one wakes, and may sleep again within the same stretch. Work that waits
   * for the real outside (a database, a socket) is not waited for.
   */
  advance(milliseconds: number): Promise<void>;
  /** As after a pause of the whole machine: every sleeper that is due wakes once, at the new time. */
  leap(milliseconds: number): Promise<void>;
};

type Sleeper = { at: number; wake: () => void };

/** A clock that stands still until it is told to move on. */
export function createFakeClock(start: Date): FakeClock {
  const sleepers = new Set<Sleeper>();
  let current = start.getTime();
  let advancing = false;

  async function advance(milliseconds: number) {
    assert(!advancing, 'a fake clock is advanced by one caller at a time');
    assert(milliseconds >= 0, 'time does not run backwards');
    advancing = true;
    const target = current + milliseconds;
    await nextTurn();
    for (let next = earliest(sleepers); next && next.at <= target; next = earliest(sleepers)) {
      // After a leap it is later than that.
      current = Math.max(current, next.at);
      next.wake();
      await nextTurn();
    }
    current = target;
    advancing = false;
  }

  async function leap(milliseconds: number) {
    current += milliseconds;
    await advance(0);
  }

  async function sleep(milliseconds: number, signal: AbortSignal) {
    if (signal.aborted) return;
    // As with a real timer, a sleep of no length still lets others have their turn.
    if (milliseconds <= 0) return nextTurn();
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper = { at: current + milliseconds, wake };
    function wake() {
      sleepers.delete(sleeper);
      signal.removeEventListener('abort', wake);
      resolve();
    }
    sleepers.add(sleeper);
    signal.addEventListener('abort', wake);
    return promise;
  }

  return { now: () => new Date(current), sleep, advance, leap };
}

/** The set keeps the order of falling asleep, so the first of equals is the one to wake. */
function earliest(sleepers: ReadonlySet<Sleeper>): Sleeper | null {
  let found: Sleeper | null = null;
  for (const sleeper of sleepers) if (!found || sleeper.at < found.at) found = sleeper;
  return found;
}
