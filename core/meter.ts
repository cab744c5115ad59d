import type { Lease, Session } from './entity.ts';
import { cost, type Ticks } from './money.ts';

type Metered = Pick<Session, 'readySince' | 'readyMillis'>;

/** Milliseconds in which the session was ready, up to `at` and never past the lease's end. */
export function readyMillisAt(session: Metered, lease: Pick<Lease, 'until'>, at: Date): number {
  if (session.readySince === null) return session.readyMillis;
  const end = Math.min(at.getTime(), lease.until?.getTime() ?? Number.POSITIVE_INFINITY);
  return session.readyMillis + Math.max(0, end - session.readySince.getTime());
}

/** Whole seconds: one that was begun and not finished is not charged. */
export function readySeconds(readyMillis: number): number {
  return Math.floor(readyMillis / 1000);
}

/** What a lease owes for the time in which its session was ready. */
export function chargeFor(
  lease: Pick<Lease, 'deviceCount' | 'ticksPerSecond'>,
  readyMillis: number,
): Ticks {
  return cost(lease.deviceCount, readySeconds(readyMillis), lease.ticksPerSecond);
}
