import { Fault } from '../../core/fault.ts';
import type { Place } from './container.ts';

type Watch = {
  signal: AbortSignal;
  /** Called after every step of the wait. */
  onStep?: () => void;
};

const stepMilliseconds = 500;

/** Lets time pass. Throws aborted, and host_unreachable when the host is lost meanwhile. */
export async function passTimeUntil(place: Place, until: Date, { signal, onStep }: Watch) {
  const { clock } = place.world;
  for (;;) {
    const remaining = until.getTime() - clock.now().getTime();
    if (remaining <= 0) return;
    await clock.sleep(Math.min(remaining, stepMilliseconds), signal);
    await checkReachable(place, signal);
    onStep?.();
  }
}

/** Every call begins with it: a lost host leaves the caller waiting until the deadline. */
export async function checkReachable({ world, host }: Place, signal: AbortSignal) {
  if (!host.reachable && !signal.aborted) {
    await world.clock.sleep(world.deadlineSeconds * 1000, signal);
    if (!signal.aborted)
      throw new Fault('host_unreachable', {
        host: host.name,
        detail: `no answer within ${world.deadlineSeconds} s (simulated)`,
      });
  }
  if (signal.aborted) throw new Fault('aborted', { host: host.name });
}
