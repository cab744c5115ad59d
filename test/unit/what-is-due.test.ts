import { expect, test } from 'vitest';
import { whatIsDue } from '../../core/actions/expire.ts';
import { noonPlus } from '../support/facts.ts';

const policy = { warnSeconds: [900, 300] };

function due(at: number, lease: { leaseSeconds?: number; warnedSeconds?: number | null } = {}) {
  const { leaseSeconds = 3600, warnedSeconds = null } = lease;
  return whatIsDue(
    { until: noonPlus(leaseSeconds), leaseSeconds, warnedSeconds },
    noonPlus(at),
    policy,
  );
}

test('nothing is due before the first threshold', () => {
  expect(due(0)).toBeNull();
  expect(due(2699.999)).toBeNull();
});

test('each threshold is due once, the nearest that is reached', () => {
  expect(due(2700)).toEqual({ kind: 'warning', seconds: 900 });
  expect(due(2800, { warnedSeconds: 900 })).toBeNull();
  expect(due(3300, { warnedSeconds: 900 })).toEqual({ kind: 'warning', seconds: 300 });
  expect(due(3599, { warnedSeconds: 300 })).toBeNull();
});

test('warnings that were slept through are given as one', () => {
  expect(due(3400)).toEqual({ kind: 'warning', seconds: 300 });
  expect(due(3400, { warnedSeconds: 300 })).toBeNull();
});

test('a threshold that the whole lease lies within is no news', () => {
  expect(due(1, { leaseSeconds: 900 })).toBeNull();
  expect(due(600, { leaseSeconds: 900 })).toEqual({ kind: 'warning', seconds: 300 });
  expect(due(299, { leaseSeconds: 300 })).toBeNull();
});

test('the end is due at its instant, warned of or not', () => {
  expect(due(3600)).toEqual({ kind: 'end', until: noonPlus(3600) });
  expect(due(9999, { warnedSeconds: 300 })).toEqual({ kind: 'end', until: noonPlus(3600) });
});

test('a lease that is not ready yet has no end', () => {
  const lease = { until: null, leaseSeconds: 3600, warnedSeconds: null };
  expect(whatIsDue(lease, noonPlus(99_999), policy)).toBeNull();
});
