import { expect, test } from 'vitest';
import { estimateStart, type QueuedLease } from '../../core/queue.ts';
import { aHost, noonPlus } from '../support/facts.ts';
import { noon, testPolicy } from '../support/world.ts';

const a100 = 'a100-80gb';

function waiting(leaseId: string, deviceCount = 1, leaseSeconds = 3600): QueuedLease {
  const sessionId = `${leaseId}-session`;
  return {
    leaseId,
    accountId: 'lab',
    team: 'lab',
    image: { cuda: null, compute: null },
    sessionId,
    deviceType: 'a100',
    deviceCount,
    leaseSeconds,
    ticksPerSecond: 10_000n,
  };
}

function estimate(fleet: Partial<Parameters<typeof estimateStart>[0]>): Date | null {
  return estimateStart({ hosts: [], queue: [], running: [], ...fleet }, noon, testPolicy);
}

const busy = aHost('one', [a100, a100], { leaseIds: { 0: 'x', 1: 'y' } });
const running = [
  { leaseId: 'x', leaseSeconds: 3600, until: noonPlus(600) },
  { leaseId: 'y', leaseSeconds: 3600, until: noonPlus(900) },
];

test('what is free is had at once', () => {
  expect(estimate({ hosts: [aHost('one', [a100])], queue: [waiting('a')] })).toEqual(noon);
});

test('the first in line starts at the first end, a large one at the last that it needs', () => {
  expect(estimate({ hosts: [busy], running, queue: [waiting('a')] })).toEqual(noonPlus(600));
  expect(estimate({ hosts: [busy], running, queue: [waiting('a', 2)] })).toEqual(noonPlus(900));
});

test('those before in the line run their time first', () => {
  const queue = [waiting('a', 1, 1200), waiting('b', 1, 1200), waiting('c')];
  expect(estimate({ hosts: [busy], running, queue })).toEqual(noonPlus(1800));
});

test('a lease that is not ready yet is taken to begin now', () => {
  const starting = [{ leaseId: 'x', leaseSeconds: 1800, until: null }];
  const hosts = [aHost('one', [a100], { leaseIds: { 0: 'x' } })];
  expect(estimate({ hosts, running: starting, queue: [waiting('a')] })).toEqual(noonPlus(1800));
});

test('a lease that is past its end is on the way out: the estimate is now, not before', () => {
  const hosts = [aHost('one', [a100], { leaseIds: { 0: 'x' } })];
  const over = [{ leaseId: 'x', leaseSeconds: 3600, until: noonPlus(-60) }];
  expect(estimate({ hosts, running: over, queue: [waiting('a')] })).toEqual(noon);
});

test('where no end can be foretold there is no estimate', () => {
  const hosts = [aHost('one', [a100], { leaseIds: { 0: 'unknown' } })];
  expect(estimate({ hosts, queue: [waiting('a')] })).toBeNull();
  expect(estimate({ running, queue: [waiting('a')] })).toBeNull();
});

test('the estimate takes nothing from the fleet that it was given', () => {
  const fleet = { hosts: [busy], running, queue: [waiting('a', 2)] };
  const before = structuredClone(fleet);
  estimate(fleet);
  expect(fleet).toEqual(before);
});
