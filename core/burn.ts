import type { Ticks } from './money.ts';
import type { Balance } from './view.ts';

const dayMillis = 86_400_000;
const longestLookMillis = 7 * dayMillis;
/** Beyond it a projection says nothing. */
const furthestMillis = 365 * dayMillis;

export type Burn = {
  perDay: Ticks;
  /** When what is available will be used up; null: not within a year. */
  runsOutAt: Date | null;
};

/**
 * What an account spent a day over the last seven days, or since its first credits where it is
 * younger, but over one day at least; and how long what is available lasts at that. What is held
 * is spoken for and does not count as available. Null: nothing was spent.
 */
export function burnOf({ account, chargedLastWeek, openedAt }: Balance, now: Date): Burn | null {
  if (chargedLastWeek <= 0n || openedAt === null) return null;
  const age = now.getTime() - openedAt.getTime();
  const millis = BigInt(Math.min(Math.max(age, dayMillis), longestLookMillis));
  const lasts = Number(((account.posted - account.held) * millis) / chargedLastWeek);
  return {
    perDay: (chargedLastWeek * BigInt(dayMillis)) / millis,
    runsOutAt: lasts > furthestMillis ? null : new Date(now.getTime() + lasts),
  };
}
