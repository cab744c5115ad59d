import { describe, expect, test } from 'vitest';
import type { Lease, Session } from '../../core/entity.ts';
import { plan, type Sighting } from '../../core/reconcile.ts';
import { aContainer, aLease, aSession, noonPlus } from '../support/facts.ts';
import { testPolicy } from '../support/world.ts';

function recorded(session: Partial<Session> = {}, lease: Partial<Lease> = {}) {
  return { session: aSession(session), lease: aLease(lease), keyIds: [] };
}

/** One look at noon plus 30 seconds, at a host with this one session and these containers. */
function planFor(record: ReturnType<typeof recorded>, sighting: Partial<Sighting> = {}) {
  const now = noonPlus(30);
  const look: Sighting = {
    before: [record],
    observed: [],
    after: [record],
    seenAt: noonPlus(10),
    now,
    ...sighting,
  };
  return plan(look, testPolicy);
}

const sessionId = 'session-1';
const start = { kind: 'start', sessionId };
const stop = { kind: 'stop', sessionId };
const claimed = { claimToken: 'token', claimUntil: noonPlus(31) };
const lapsed = { claimToken: 'token', claimUntil: noonPlus(30) };
const waiting = { readySince: null, url: null, containerId: null };

describe.each(['requested', 'starting'] as const)('a session that is %s', (state) => {
  const record = (facts: Partial<Session> = {}) => recorded({ state, ...waiting, ...facts });

  test('is started, whatever is there of its container', () => {
    expect(planFor(record())).toEqual([start]);
    for (const container of ['created', 'running', 'exited'] as const)
      expect(planFor(record(), { observed: [aContainer({ state: container })] })).toEqual([start]);
  });

  test('is left to whoever has claimed it, until the claim lapses', () => {
    expect(planFor(record(claimed))).toEqual([]);
    expect(planFor(record(lapsed))).toEqual([start]);
  });

  test('waits for a silent host until its start has failed', () => {
    const observed = 'unreachable';
    expect(planFor(record(), { observed, seenAt: noonPlus(-500) })).toEqual([]);
    expect(planFor(record(), { observed, now: noonPlus(900) })).toEqual([]);
    expect(planFor(record(), { observed, now: noonPlus(901) })).toMatchObject([
      { kind: 'end', from: state, reason: 'start_failed', at: noonPlus(901) },
    ]);
  });

  test('has failed to start after the deadline, claimed or not', () => {
    for (const claim of [claimed, lapsed])
      expect(planFor(record(claim), { now: noonPlus(901) })).toEqual([
        {
          kind: 'end',
          sessionId,
          from: state,
          reason: 'start_failed',
          at: noonPlus(901),
          faultDetail: 'it was not ready after 15 minutes',
        },
      ]);
  });
});

describe('a session that is running', () => {
  test('needs nothing while its container runs where it was', () => {
    expect(planFor(recorded(), { observed: [aContainer()] })).toEqual([]);
    expect(planFor(recorded(), { observed: [aContainer({ url: null })] })).toEqual([]);
  });

  test('is resumed at the address that it has after an engine restarted', () => {
    const url = 'http://gpu-1:4999/s/brave-otter/';
    const observed = [aContainer({ url })];
    expect(planFor(recorded(), { observed })).toEqual([
      { kind: 'resume', sessionId, url, ssh: null },
    ]);
  });

  test('is resumed when it is seen again after a silence', () => {
    const record = recorded({ readySince: null });
    const { url } = record.session;
    expect(planFor(record, { observed: [aContainer()] })).toEqual([
      { kind: 'resume', sessionId, url, ssh: null },
    ]);
  });

  test('ended when its container did, at that moment and with its exit code', () => {
    const observed = [aContainer({ state: 'exited', finishedAt: noonPlus(20), exitCode: 3 })];
    expect(planFor(recorded(), { observed })).toEqual([
      {
        kind: 'end',
        sessionId,
        from: 'running',
        reason: 'exited',
        at: noonPlus(20),
        faultDetail: 'exit code 3',
      },
    ]);
  });

  test('ended for want of memory when the kernel says so', () => {
    const gone = { state: 'exited', finishedAt: noonPlus(20), exitCode: 137 } as const;
    const observed = [aContainer({ ...gone, outOfMemory: true })];
    expect(planFor(recorded(), { observed })).toMatchObject([
      { kind: 'end', reason: 'out_of_memory', at: noonPlus(20) },
    ]);
  });

  test('ended when it was last seen, if its container is gone: what nobody saw is not charged', () => {
    expect(planFor(recorded())).toMatchObject([
      { kind: 'end', reason: 'exited', at: noonPlus(10), faultDetail: 'the container was removed' },
    ]);
  });

  test.each([
    ['slow', noonPlus(-3600), noonPlus(10)],
    ['fast', noonPlus(3600), noonPlus(30)],
  ])('ended between two looks, though its host has a %s clock', (_, finishedAt, at) => {
    const observed = [aContainer({ state: 'exited', finishedAt, exitCode: 0 })];
    expect(planFor(recorded(), { observed })).toMatchObject([{ kind: 'end', at }]);
  });

  test('is not missed by a look that is older than its record', () => {
    expect(planFor(recorded(), { before: [] })).toEqual([]);
  });

  test('is not missed by a look that began while it was starting', () => {
    const before = [recorded({ state: 'starting', ...waiting })];
    expect(planFor(recorded(), { before })).toEqual([]);
    const observed = [aContainer({ state: 'created', startedAt: null, url: null })];
    expect(planFor(recorded(), { before, observed })).toEqual([]);
  });

  test('is paused when its host has been silent, from the moment when it was last seen', () => {
    const silent = { observed: 'unreachable', seenAt: noonPlus(0) } as const;
    expect(planFor(recorded(), { ...silent, now: noonPlus(60) })).toEqual([]);
    const pause = { kind: 'pause', sessionId, at: noonPlus(0) };
    expect(planFor(recorded(), { ...silent, now: noonPlus(61) })).toEqual([pause]);
    expect(planFor(recorded({ readySince: null }), { ...silent, now: noonPlus(61) })).toEqual([]);
  });

  test('is given up when its host is lost, at the moment when it was last seen', () => {
    const silent = { observed: 'unreachable', seenAt: noonPlus(0) } as const;
    expect(planFor(recorded(), { ...silent, now: noonPlus(600) })).toMatchObject([
      { kind: 'pause' },
    ]);
    for (const readySince of [null, noonPlus(-100)])
      expect(planFor(recorded({ readySince }), { ...silent, now: noonPlus(601) })).toEqual([
        {
          kind: 'end',
          sessionId,
          from: 'running',
          reason: 'host_lost',
          at: noonPlus(0),
          faultDetail: null,
        },
      ]);
  });
});

describe('a session that is stopping', () => {
  const stopping = (facts: Partial<Session> = {}) => recorded({ state: 'stopping', ...facts });

  test('is stopped whether its container is seen or not', () => {
    for (const observed of [[aContainer()], [], 'unreachable'] as const)
      expect(planFor(stopping(), { observed })).toEqual([stop]);
  });

  test('is left to whoever has claimed it, until the claim lapses', () => {
    expect(planFor(stopping(claimed))).toEqual([]);
    expect(planFor(stopping(lapsed))).toEqual([stop]);
  });
});

describe('containers', () => {
  const none = { before: [], after: [], seenAt: noonPlus(30), now: noonPlus(30) };

  test('one that no unended session has is removed, once', () => {
    const observed = [aContainer({ containerId: 'a' }), aContainer({ containerId: 'b' })];
    expect(plan({ ...none, observed }, testPolicy)).toEqual([{ kind: 'remove', sessionId }]);
  });

  test('one whose session was recorded after the look began is nobody else’s', () => {
    const record = recorded({ state: 'starting', ...waiting, ...claimed });
    const sighting = { ...none, after: [record], observed: [aContainer()] };
    expect(plan(sighting, testPolicy)).toEqual([]);
  });

  test('nothing is removed from a host that does not answer', () => {
    expect(plan({ ...none, observed: 'unreachable' }, testPolicy)).toEqual([]);
  });
});
