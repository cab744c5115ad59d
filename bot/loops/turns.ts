import type { Clock } from '../../core/ports.ts';

export type Turns = {
  /** Something came in: for a moment it goes before what is to be done. */
  heard(): void;
  /** Does a piece of work when it is its turn. */
  take<Result>(work: () => Promise<Result>): Promise<Result>;
};

const momentMillis = 50;
/** How many times as long as the work the rest after it is, and the most that it is. */
const restShare = 10;
const mostRestMillis = 100;

/**
 * A few pieces of work at a time, in the order in which they came. While more comes in, a rest
 * follows each: whoever hands something over is not kept waiting by what is done for others.
 */
export function createTurns(clock: Clock, atOnce: number): Turns {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  let heardAt = Number.NEGATIVE_INFINITY;
  const never = new AbortController().signal;

  async function rest(since: Date): Promise<void> {
    const now = clock.now().getTime();
    const restMillis = Math.min(restShare * (now - since.getTime()), mostRestMillis);
    if (now - heardAt < momentMillis) await clock.sleep(restMillis, never);
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }

  return {
    heard() {
      heardAt = clock.now().getTime();
    },
    async take(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      const since = clock.now();
      try {
        return await work();
      } finally {
        void rest(since);
      }
    },
  };
}
