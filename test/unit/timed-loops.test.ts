import { afterEach, describe, expect, it } from 'vitest';
import { createAllowanceLoop } from '../../bot/loops/allowances.ts';
import { createExpiryLoop } from '../../bot/loops/expiry.ts';
import { createLineLoop } from '../../bot/loops/line.ts';
import { createOverdueLoop } from '../../bot/loops/overdue.ts';
import type { Fleet } from '../../core/action.ts';
import type { EndingSession, Store } from '../../core/store.ts';
import { aHost, aLease, noonPlus, pytorch } from '../support/facts.ts';
import { createHostLoops } from '../support/host-loops.ts';
import { noon, testPolicy } from '../support/world.ts';

const ends: AbortController[] = [];
afterEach(() => {
  for (const ending of ends.splice(0)) ending.abort();
});
function begin(loop: { run(signal: AbortSignal): Promise<void> }): AbortController {
  const ending = new AbortController();
  ends.push(ending);
  void loop.run(ending.signal);
  return ending;
}

/** Does all that is asked but for what is about `broken`. */
const failingFor = (broken: string, done: string[]) =>
  (async ({ name }: { name: string }, { input }: { input: Record<string, unknown> }) => {
    const about = String(Object.values(input ?? {})[0]);
    if (about === broken) throw new Error('the database is away');
    done.push(`${name} ${about}`);
    return { kind: 'accepted', result: { hostIds: ['host-1', 'host-2'] } };
  }) as unknown as Store['perform'];

describe('the expiry', () => {
  const ending = (sessionId: string, seconds: number, warned: number | null): EndingSession => ({
    sessionId,
    until: noonPlus(seconds),
    leaseSeconds: 3600,
    warnedSeconds: warned,
  });

  it('asks each second for what ends within the longest warning', async () => {
    const asked: Date[] = [];
    const { deps, clock } = createHostLoops({
      store: {
        async sessionsEndingBefore(at) {
          asked.push(at);
          return [];
        },
      },
    });
    begin(createExpiryLoop(deps));
    await clock.advance(1000);
    expect(asked).toEqual([noonPlus(900), noonPlus(901)]);
  });

  it('ends and warns of each that is due, whatever fails of another, and tells of what it did', async () => {
    const done: string[] = [];
    const all = [
      ending('over', 0, 300),
      ending('broken', 0, 300),
      ending('soon', 300, 900),
      ending('warned', 290, 300),
    ];
    const {
      deps,
      clock,
      all: happened,
    } = createHostLoops({
      store: {
        sessionsEndingBefore: async () => all.splice(0),
        perform: failingFor('broken', done),
      },
    });
    begin(createExpiryLoop(deps));
    await clock.advance(0);
    expect(done).toEqual(['expire over', 'expire soon']);
    expect(happened()).toEqual(['changed', 'a lease was not ended or warned of', 'changed']);
  });
});

describe('what waits for too long', () => {
  it('is asked for each minute, requests by their own end and the line by its deadline', async () => {
    const asked: string[] = [];
    const note = (what: string) => async (at: Date) => {
      asked.push(`${what} ${(at.getTime() - noon.getTime()) / 1000}`);
      return [];
    };
    const { deps, clock } = createHostLoops({
      store: { requestsValidUntil: note('requests'), sessionsQueuedBefore: note('line') },
    });
    begin(createOverdueLoop({ ...deps, onEnded: () => undefined }));
    await clock.advance(60_000);
    const first = ['requests 0', 'line -86400'];
    expect(asked).toEqual([...first, 'requests 60', 'line -86340']);
  });

  it('is ended, whatever fails of another', async () => {
    const done: string[] = [];
    const { deps, clock, all, happens } = createHostLoops({
      store: {
        requestsValidUntil: async () => ['broken', 'request'],
        sessionsQueuedBefore: async () => ['broken', 'session'],
        perform: failingFor('broken', done),
      },
    });
    begin(createOverdueLoop({ ...deps, onEnded: () => happens('ended') }));
    await clock.advance(0);
    expect(done).toEqual(['expire_request request', 'expire_queued session']);
    expect(all()).toEqual([
      'a request that is over was not ended',
      'ended',
      'a session that waited too long was not ended',
      'ended',
    ]);
  });
});

describe('the line', () => {
  const queued = { ...aLease({ state: 'queued' }), leaseId: 'lease-1', sessionId: 'session-1' };
  const fleet = (hosts: Fleet['hosts'], isQueued = true): Fleet => ({
    hosts,
    queue: isQueued ? [{ ...queued, team: 'lab', image: pytorch }] : [],
    running: [],
  });
  async function movedUp(loaded: Fleet, outcome = 'accepted'): Promise<string[]> {
    const { deps, clock, all, happens } = createHostLoops({
      store: {
        fleet: async () => loaded,
        async perform({ name }: { name: string }) {
          happens(name);
          return { kind: outcome, result: { hostIds: ['host-1'] } } as never;
        },
      },
    });
    const onPlaced = (hostIds: readonly string[]) => happens(`placed on ${hostIds}`);
    begin(createLineLoop({ ...deps, onPlaced }));
    await clock.advance(1999);
    return all();
  }

  it('moves up where a device is free, and the hosts are told', async () => {
    expect(await movedUp(fleet([aHost('gpu-1', ['a100'])]))).toEqual([
      'promote',
      'placed on host-1',
    ]);
  });

  it('is not decided on where nobody waits, nothing is free, or the host is silent', async () => {
    const free = aHost('gpu-1', ['a100']);
    expect(await movedUp(fleet([free], false))).toEqual([]);
    expect(await movedUp(fleet([aHost('gpu-1', ['a100'], { leaseIds: { 0: 'other' } })]))).toEqual(
      [],
    );
    const seenAt = noonPlus(-testPolicy.hostSilentSeconds - 1);
    expect(await movedUp(fleet([{ ...free, seenAt }]))).toEqual([]);
  });

  it('that could not move up tells no host', async () => {
    expect(await movedUp(fleet([aHost('gpu-1', ['a100'])]), 'refused')).toEqual(['promote']);
  });
});

describe('allowances', () => {
  const allowance = (accountId: string) => ({
    accountId,
    name: accountId,
    zone: 'UTC',
    every: 'month' as const,
    amount: 10n,
    carryOver: 0n,
  });

  it('are paid to each, whatever fails of another, and those soon tried again', async () => {
    const done: string[] = [];
    const { deps, clock, all } = createHostLoops({
      store: {
        allowancePeriods: async () => ['2026-02'],
        perform: failingFor('broken', done),
      },
    });
    const list = async () => [allowance('broken'), allowance('bob')];
    begin(createAllowanceLoop({ ...deps, source: { zones: [], list } }));
    await expect.poll(() => done).toEqual(['pay_allowance bob']);
    await clock.advance(60_000);
    expect(done).toHaveLength(2);
    const failed = ['an allowance was not paid', 'an allowance is paid', 'a turn of a loop failed'];
    expect(all()).toEqual([...failed, ...failed]);
  });

  it('that are refused are no failure', async () => {
    const { deps, all } = createHostLoops({
      store: {
        allowancePeriods: async () => ['2026-02'],
        perform: (async () => ({ kind: 'refused', refusal: { kind: 'stale' } })) as never,
      },
    });
    begin(
      createAllowanceLoop({ ...deps, source: { zones: [], list: async () => [allowance('a')] } }),
    );
    await expect.poll(all).toEqual(['an allowance was refused']);
  });
});
