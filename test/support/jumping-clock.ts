import { createSystemClock } from '../../adapters/system/clock.ts';
import type { Clock } from '../../core/ports.ts';

type JumpingClock = Clock & {
  jump(seconds: number): void;
  /** At a whole second. From now on it moves only by jumps. */
  stop(): void;
};

/**
 * The machine's own clock, which a test may put forward. Whoever sleeps sleeps in real time, so
 * that sockets and databases keep up.
 */
export function createJumpingClock(): JumpingClock {
  const system = createSystemClock();
  let aheadMillis = 0;
  let stoppedAt: number | null = null;
  return {
    ...system,
    now: () => new Date((stoppedAt ?? system.now().getTime()) + aheadMillis),
    jump(seconds) {
      aheadMillis += seconds * 1000;
    },
    stop() {
      stoppedAt = Math.ceil(system.now().getTime() / 1000) * 1000;
    },
  };
}
