import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  cost,
  secondsFor,
  ticksOfCredits,
  ticksPerCredit,
  ticksPerSecondOfPrice,
} from '../../core/money.ts';

test('credits of at most three decimals are a whole number of ticks', () => {
  expect(ticksOfCredits(1)).toBe(ticksPerCredit);
  expect(ticksOfCredits(0.001)).toBe(3600n);
  expect(ticksOfCredits(1.1)).toBe(3_960_000n);
  expect(ticksOfCredits(-2.5)).toBe(-9_000_000n);
  expect(ticksOfCredits(0)).toBe(0n);
});

test.each([0.0001, 1.0005, Number.NaN, Number.POSITIVE_INFINITY, 1e300])(
  '%d credits are refused rather than rounded',
  (credits) => {
    expect(ticksOfCredits(credits)).toBeNull();
    expect(ticksPerSecondOfPrice(credits)).toBeNull();
  },
);

test('an hour at a price costs exactly that price', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000 }), (thousandths) => {
      const price = thousandths / 1000;
      const rate = ticksPerSecondOfPrice(price);
      expect(rate).toBe(BigInt(thousandths));
      expect(cost(1, 3600, rate ?? 0n)).toBe(ticksOfCredits(price));
    }),
  );
});

test('what an amount pays for costs no more than it, and a second more would', () => {
  const amounts = fc.bigInt({ min: 0n, max: 10n ** 14n });
  const rates = fc.bigInt({ min: 1n, max: 10n ** 6n });
  fc.assert(
    fc.property(amounts, fc.integer({ min: 1, max: 64 }), rates, (amount, devices, rate) => {
      const seconds = secondsFor(amount, devices, rate);
      expect(cost(devices, seconds, rate)).toBeLessThanOrEqual(amount);
      expect(cost(devices, seconds + 1, rate)).toBeGreaterThan(amount);
    }),
  );
});

test('nothing is paid for out of nothing, and what is free lasts', () => {
  expect(secondsFor(-1n, 1, 10n)).toBe(0);
  expect(secondsFor(0n, 1, 0n)).toBe(Number.MAX_SAFE_INTEGER);
});
