/**
 * 1 credit = 3,600,000 ticks. A price has at most three decimals in credits per device-hour, so
 * ticks per device-second = price × 1000 is a whole number and every charge is exact.
 */
export const ticksPerCredit = 3_600_000n;

export type Ticks = bigint;

/** Most credits at a time: more than any site grants, and far from what an account can hold. */
export const mostCredits = 1e9;

/** Credits as a whole or decimal number of at most three places; null if finer than that. */
export function ticksOfCredits(credits: number): Ticks | null {
  const thousandths = Math.round(credits * 1000);
  if (!Number.isSafeInteger(thousandths) || Math.abs(thousandths / 1000 - credits) > 1e-9)
    return null;
  return BigInt(thousandths) * (ticksPerCredit / 1000n);
}

/** Price in credits per device-hour to ticks per device-second; null if finer than 0.001. */
export function ticksPerSecondOfPrice(price: number): Ticks | null {
  const ticks = ticksOfCredits(price);
  return ticks === null ? null : ticks / 3600n;
}

export function cost(devices: number, seconds: number, ticksPerSecond: Ticks): Ticks {
  return BigInt(devices) * BigInt(seconds) * ticksPerSecond;
}

/** Whole seconds that an amount pays for at a rate; what is left of a second does not count. */
export function secondsFor(amount: Ticks, devices: number, ticksPerSecond: Ticks): number {
  const rate = BigInt(devices) * ticksPerSecond;
  if (rate === 0n) return Number.MAX_SAFE_INTEGER;
  return amount <= 0n ? 0 : Number(amount / rate);
}
