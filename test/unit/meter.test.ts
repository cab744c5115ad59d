import { expect, test } from 'vitest';
import { chargeFor, readyMillisAt, readySeconds } from '../../core/meter.ts';
import { noonPlus } from '../support/facts.ts';

const hour = { until: noonPlus(3600) };

test('the meter runs from ready to the moment asked for', () => {
  expect(readyMillisAt({ readySince: noonPlus(0), readyMillis: 0 }, hour, noonPlus(90.25))).toBe(
    90_250,
  );
});

test('earlier stretches are kept, and a pause counts for nothing', () => {
  expect(readyMillisAt({ readySince: null, readyMillis: 5000 }, hour, noonPlus(900))).toBe(5000);
  expect(readyMillisAt({ readySince: noonPlus(100), readyMillis: 5000 }, hour, noonPlus(101))).toBe(
    6000,
  );
});

test('the meter never runs past the end of the lease', () => {
  expect(readyMillisAt({ readySince: noonPlus(0), readyMillis: 0 }, hour, noonPlus(9999))).toBe(
    3_600_000,
  );
  expect(readyMillisAt({ readySince: noonPlus(4000), readyMillis: 7 }, hour, noonPlus(9999))).toBe(
    7,
  );
});

test('a moment before it was ready takes nothing away', () => {
  expect(readyMillisAt({ readySince: noonPlus(50), readyMillis: 7 }, hour, noonPlus(10))).toBe(7);
});

test('a second that was begun and not finished is not charged', () => {
  expect(readySeconds(1999)).toBe(1);
  expect(chargeFor({ deviceCount: 2, ticksPerSecond: 10n }, 999)).toBe(0n);
  expect(chargeFor({ deviceCount: 2, ticksPerSecond: 10n }, 61_999)).toBe(1220n);
});
