import { expect, test } from 'vitest';
import { isOffering, mostTogether, planQueue, type QueuedLease } from '../../core/queue.ts';
import { aHost, noonPlus } from '../support/facts.ts';
import { noon, testPolicy } from '../support/world.ts';

const prices = { default: 10_000n, t4: 2_000n, h100: 30_000n };
const policy = { ...testPolicy, prices };

function waiting(leaseId: string, deviceCount = 1, deviceType = 'a100'): QueuedLease {
  return {
    leaseId,
    accountId: 'lab',
    team: 'lab',
    image: { cuda: null, compute: null },
    sessionId: `${leaseId}-session`,
    deviceType,
    deviceCount,
    leaseSeconds: 3600,
    ticksPerSecond: 10_000n,
  };
}

/** Who gets which devices: `{ one: ['gpu-1/0'] }`. */
function placed(queue: readonly QueuedLease[], hosts: Parameters<typeof planQueue>[1]) {
  return Object.fromEntries(
    planQueue(queue, hosts, policy).map(({ queued, devices }) => [
      queued.leaseId,
      devices.map(({ id }) => id),
    ]),
  );
}

const a100 = 'a100-80gb';

test('first come, first served', () => {
  const hosts = [aHost('one', [a100, a100])];
  expect(placed([waiting('a'), waiting('b'), waiting('c')], hosts)).toEqual({
    a: ['one/0'],
    b: ['one/1'],
  });
});

test('a large request is not overtaken by small ones on the devices that it waits for', () => {
  const hosts = [aHost('one', [a100, a100, a100], { leaseIds: { 0: 'other' } })];
  expect(placed([waiting('large', 3), waiting('small')], hosts)).toEqual({});
});

test('a request is overtaken where no device of its own is taken', () => {
  const busy = aHost('large', [a100, a100], { leaseIds: { 0: 'other' } });
  const hosts = [busy, aHost('single', [a100]), aHost('cheap', ['t4'])];
  const queue = [waiting('two', 2), waiting('one'), waiting('t', 1, 't4')];
  expect(placed(queue, hosts)).toEqual({ one: ['single/0'], t: ['cheap/0'] });
});

test('who waits for a silent host holds nobody else up', () => {
  const queue = [waiting('h', 1, 'h100'), waiting('a')];
  expect(placed(queue, [aHost('one', [a100])])).toEqual({ a: ['one/0'] });
});

test('the best fit is the host with least left over', () => {
  const hosts = [
    aHost('whole', [a100, a100, a100, a100]),
    aHost('half', [a100, a100, a100, a100], { leaseIds: { 0: 'x', 1: 'y' } }),
  ];
  expect(placed([waiting('a', 2), waiting('b', 4)], hosts)).toEqual({
    a: ['half/2', 'half/3'],
    b: ['whole/0', 'whole/1', 'whole/2', 'whole/3'],
  });
});

test('any gives the cheapest GPU, the dearest if need be, and never the CPU', () => {
  const hosts = [aHost('dear', ['h100']), aHost('cheap', ['t4']), aHost('none', ['cpu', 'cpu'])];
  const queue = ['a', 'b', 'c'].map((name) => waiting(name, 1, 'any'));
  expect(placed(queue, hosts)).toEqual({ a: ['cheap/0'], b: ['dear/0'] });
});

test('devices that go together are of one type and one host', () => {
  const hosts = [aHost('mixed', [a100, 'a100-40gb']), aHost('one', [a100])];
  expect(placed([waiting('a', 2)], hosts)).toEqual({});
  expect(mostTogether(hosts, 'a100')).toBe(1);
  expect(mostTogether(hosts, 'h100')).toBe(0);
});

test('a quarantined device is neither given out nor counted', () => {
  const host = aHost('one', [a100, a100]);
  const devices = host.devices.map((device, i) =>
    i === 0 ? { ...device, state: 'quarantined' as const } : device,
  );
  const hosts = [{ ...host, devices }];
  expect(placed([waiting('a'), waiting('b')], hosts)).toEqual({ a: ['one/1'] });
  expect(mostTogether(hosts, 'a100')).toBe(1);
});

test('only a ready host that answered lately offers its devices', () => {
  const at = (seconds: number) => noonPlus(seconds);
  const offers = (host: Parameters<typeof aHost>[2], now = noon) =>
    isOffering(aHost('one', [a100], host), now, policy);
  expect(offers({})).toBe(true);
  expect(offers({}, at(60))).toBe(true);
  expect(offers({}, at(61))).toBe(false);
  expect(offers({ seenAt: null })).toBe(false);
  expect(offers({ fault: 'nvidia-smi does not answer' })).toBe(false);
  expect(offers({ fault: 'nvidia-smi: driver not loaded' })).toBe(false);
  expect(offers({ state: 'draining' })).toBe(false);
  expect(offers({ state: 'drained' })).toBe(false);
});
