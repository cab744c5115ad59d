import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from '../../core/store.ts';
import type { FakeClock } from './fake-clock.ts';

const deadlineMillis = 20_000;
const shortStepSeconds = 0.5;

/**
 * Time in steps, each followed by all the work that it brought. The database works in real time,
 * so after each step the store's calls are waited for, until nobody makes another one; and so is
 * whatever else of the outside is said to be busy.
 */
export function createPulse(clock: FakeClock, store: Store, isBusy: () => boolean = () => false) {
  let pending = 0;
  const watched = new Proxy(store, {
    get(target, name) {
      const call = target[name as keyof Store] as (...asked: unknown[]) => Promise<unknown>;
      return (...asked: unknown[]) => {
        pending += 1;
        return call(...asked).finally(() => {
          pending -= 1;
        });
      };
    },
  });

  const isCalm = () => pending === 0 && !isBusy();

  /** Waits until everybody sleeps. */
  async function settle(): Promise<void> {
    const deadline = Date.now() + deadlineMillis;
    for (let calmTurns = 0; calmTurns < 4; calmTurns = isCalm() ? calmTurns + 1 : 0) {
      if (Date.now() > deadline) throw new Error('somebody never sleeps');
      await nextTurn();
    }
  }

  /** In long steps every loop turns once a step, however many times it would have by then. */
  async function pass(seconds: number, stepSeconds = shortStepSeconds): Promise<void> {
    await settle();
    const end = clock.now().getTime() + seconds * 1000;
    while (clock.now().getTime() < end) {
      const step = Math.min(stepSeconds * 1000, end - clock.now().getTime());
      await (stepSeconds > shortStepSeconds ? clock.leap(step) : clock.advance(step));
      await settle();
    }
  }

  /** Lets time pass until it is so. */
  async function until(isSo: () => Promise<boolean>, withinSeconds = 120): Promise<void> {
    const deadline = clock.now().getTime() + withinSeconds * 1000;
    for (await settle(); !(await isSo()); await pass(shortStepSeconds))
      if (clock.now().getTime() > deadline) throw new Error(`not so after ${withinSeconds} s`);
  }

  return { store: watched, pass, until, settle };
}
