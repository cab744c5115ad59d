import { setImmediate as nextTurn } from 'node:timers/promises';
import { getTasks } from 'node-cron';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSystemClock } from '../../adapters/system/clock.ts';
import type { Allowance } from '../../bot/allowances.ts';
import { createAllowanceLoop } from '../../bot/loops/allowances.ts';
import { ticksPerCredit } from '../../core/money.ts';
import type { Store } from '../../core/store.ts';
import { type Database, openPglite } from '../../db/database.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { movementsOf } from '../support/movements.ts';
import { createPulse } from '../support/pulse.ts';
import { quietLog } from '../support/site.ts';
import { empty } from '../support/stage.ts';
import { createWorld } from '../support/world.ts';

let database: Database;
beforeAll(async () => {
  // Under fake timers a database loaded from the snapshot hangs while the time is advanced.
  database = await openPglite(null);
});
beforeEach(() => empty(database));
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => database.close());

type Asked = Partial<Pick<Allowance, 'every' | 'zone' | 'carryOver'>>;

/**
 * A team of no credits with an allowance of a hundred, and processes that pay it. Theirs is the
 * machine's clock, with node-cron on it; only that it is the test which lets the time pass.
 */
async function createPayments(now: string, asked: Asked = {}) {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: new Date(now) });
  const advance = async (milliseconds: number) =>
    void (await vi.advanceTimersByTimeAsync(milliseconds));
  const clock: FakeClock = { ...createSystemClock(), advance, leap: advance };
  const world = await createWorld(database, { clock, credits: 0 });
  const pulse = createPulse(clock, world.store);
  const { name, accountId } = world.team;
  const amount = 100n * ticksPerCredit;
  const usual = { every: 'day', zone: 'UTC', carryOver: 0n } as const;
  const allowance = { ...usual, ...asked, amount };
  const turns: string[] = [];
  const processes: { ending: AbortController; running: Promise<void> }[] = [];
  const nothing = async (_requestKey: string): Promise<void> => {};

  /** Begins a process, which pays these accounts and then the team. Resolves after its first look. */
  async function begin(others: readonly Allowance[] = [], beforePaying = nothing) {
    const store: Store = {
      ...pulse.store,
      allowancePeriods(id) {
        if (id === accountId) turns.push(clock.now().toISOString());
        return pulse.store.allowancePeriods(id);
      },
      async perform(action, request) {
        await beforePaying(request.requestKey);
        return pulse.store.perform(action, request);
      },
    };
    const allowances = [...others, { ...allowance, name, accountId }];
    const ending = new AbortController();
    const zones = [...new Set(allowances.map(({ zone }) => zone))];
    const source = { zones, list: async () => allowances };
    const loop = createAllowanceLoop({ store, clock, log: quietLog, source });
    const before = turns.length;
    processes.push({ ending, running: loop.run(ending.signal) });
    while (turns.length === before) await nextTurn();
    await pulse.settle();
    return { end: () => ending.abort() };
  }

  /** When which periods were paid. */
  async function paid(): Promise<string[]> {
    const rows = await movementsOf(database, accountId);
    const allowances = rows.filter(({ kind }) => kind === 'allowance');
    return allowances.map(({ at, period }) => `${at.toISOString()} ${period}`);
  }

  async function end() {
    for (const { ending } of processes) ending.abort();
    await Promise.all(processes.map(({ running }) => running));
    expect(getTasks().size).toBe(0);
    expect(await world.store.checkBook()).toEqual([]);
  }
  return { ...world, ...pulse, clock, turns, allowance, begin, paid, end };
}

describe('an allowance of each day, with two processes, is paid once and at the local hour', () => {
  it.each([
    {
      change: 'the clocks skip 2:00',
      zone: 'Europe/Berlin',
      begun: '2026-03-28T22:30:00.000Z 2026-03-28',
      paid: ['2026-03-28T23:00:00.000Z 2026-03-29', '2026-03-29T22:00:00.000Z 2026-03-30'],
    },
    {
      change: '2:00 comes twice',
      zone: 'Europe/Berlin',
      begun: '2026-10-24T21:30:00.000Z 2026-10-24',
      paid: ['2026-10-24T22:00:00.000Z 2026-10-25', '2026-10-25T23:00:00.000Z 2026-10-26'],
    },
    {
      change: 'the clocks skip midnight, so at 1:00',
      zone: 'America/Santiago',
      begun: '2026-09-06T03:30:00.000Z 2026-09-05',
      paid: ['2026-09-06T04:00:00.000Z 2026-09-06', '2026-09-07T03:00:00.000Z 2026-09-07'],
    },
    {
      change: '23:00 comes twice',
      zone: 'America/Santiago',
      begun: '2026-04-05T01:30:00.000Z 2026-04-04',
      paid: ['2026-04-05T04:00:00.000Z 2026-04-05', '2026-04-06T04:00:00.000Z 2026-04-06'],
    },
    {
      change: 'the clocks skip midnight, so at 1:00',
      zone: 'Asia/Beirut',
      begun: '2026-03-28T20:30:00.000Z 2026-03-28',
      paid: ['2026-03-28T22:00:00.000Z 2026-03-29', '2026-03-29T21:00:00.000Z 2026-03-30'],
    },
    {
      change: 'midnight comes twice',
      zone: 'America/Havana',
      begun: '2026-11-01T02:30:00.000Z 2026-10-31',
      paid: ['2026-11-01T04:00:00.000Z 2026-11-01', '2026-11-02T05:00:00.000Z 2026-11-02'],
    },
    {
      change: 'no change, half an hour from other zones',
      zone: 'Asia/Kolkata',
      begun: '2026-03-02T18:15:00.000Z 2026-03-02',
      paid: ['2026-03-02T18:30:00.000Z 2026-03-03', '2026-03-03T18:30:00.000Z 2026-03-04'],
    },
  ])('in $zone, where $change', async ({ zone, begun, paid }) => {
    const payments = await createPayments(begun.split(' ')[0] ?? '', { zone });
    await payments.begin();
    await payments.begin();
    // In steps that end at each full hour, so that what is done then is done before time goes on.
    await payments.pass(27 * 3600, 900);
    expect(await payments.paid()).toEqual([begun, ...paid]);
    await payments.end();
  });
});

it('what is due is looked for at every full hour of the zone, also where an hour comes twice', async () => {
  const payments = await createPayments('2026-10-24T21:30:00Z', { zone: 'Europe/Berlin' });
  await payments.begin();
  await payments.pass(5 * 3600, 900);
  const clocks = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Berlin',
    timeStyle: 'short',
  });
  expect(payments.turns.map((at) => clocks.format(new Date(at)))).toEqual([
    ...['23:30', '00:00', '01:00', '02:00', '02:00', '03:00'],
  ]);
  await payments.end();
});

describe('a restart at the very minute of a new period', () => {
  const [lastMoment, midnight] = ['2026-03-31T23:59:59.900Z', '2026-04-01T00:00:00.000Z'];
  const expected = [`${lastMoment} 2026-03`, `${midnight} 2026-04`];

  it('just before it leaves the payment to the next process, which pays at its start', async () => {
    const payments = await createPayments(lastMoment, { every: 'month' });
    const first = await payments.begin();
    first.end();
    await payments.pass(0.1, 0.1);
    await payments.begin();
    await payments.pass(7200, 900);
    expect(await payments.paid()).toEqual(expected);
    await payments.end();
  });

  it('while it is being paid pays it once', async () => {
    const payments = await createPayments(lastMoment, { every: 'month' });
    const first = await payments.begin();
    await payments.clock.advance(100);
    first.end();
    await payments.begin();
    await payments.pass(7200, 900);
    expect(await payments.paid()).toEqual(expected);
    await payments.end();
  });

  it('after it has paid pays nothing more', async () => {
    const payments = await createPayments(lastMoment, { every: 'month' });
    const first = await payments.begin();
    await payments.pass(0.1, 0.1);
    first.end();
    await payments.begin();
    await payments.pass(7200, 900);
    expect(await payments.paid()).toEqual(expected);
    await payments.end();
  });

  it('between the look and the payment has the next process pay, even if the first comes back', async () => {
    const payments = await createPayments(lastMoment, { every: 'month' });
    const back = Promise.withResolvers<void>();
    await payments.begin([], (requestKey) =>
      requestKey.endsWith('2026-04') ? back.promise : Promise.resolve(),
    );
    await payments.pass(0.1, 0.1);
    expect(await payments.paid()).toHaveLength(1);
    await payments.begin();
    expect(await payments.paid()).toEqual(expected);
    back.resolve();
    await payments.pass(7200, 900);
    expect(await payments.paid()).toEqual(expected);
    await payments.end();
  });
});

describe('what was missed while nothing ran', () => {
  it('is made up at the start, in order, each period with its own expiry', async () => {
    const carryOver = 30n * ticksPerCredit;
    const payments = await createPayments('2026-11-15T12:00:00Z', { every: 'month', carryOver });
    const first = await payments.begin();
    first.end();
    await payments.clock.advance(90 * 86_400_000);
    await payments.begin();
    const rows = await movementsOf(database, payments.team.accountId);
    expect(rows.map(({ credits, reason }) => `${credits} ${reason}`)).toEqual([
      '100 allowance for 2026-11',
      ...['-70 left over before 2026-12', '100 allowance for 2026-12'],
      ...['-100 left over before 2027-01', '100 allowance for 2027-01'],
      ...['-100 left over before 2027-02', '100 allowance for 2027-02'],
    ]);
    await payments.end();
  });
});

describe('an account that cannot be paid', () => {
  it('keeps no other waiting, and is paid within a minute of the trouble’s end', async () => {
    const payments = await createPayments('2026-03-01T23:30:00Z');
    const { store, team, clock } = payments;
    const bob = (await store.payees()).find(({ name }) => name === 'bob');
    const accountId = bob?.accountId ?? '';
    let isTrouble = true;
    await payments.begin([{ ...payments.allowance, name: 'bob', accountId }], async (key) => {
      if (isTrouble && key.includes(accountId)) throw new Error('the row is damaged');
    });
    await payments.pass(1800, 300);
    expect(await payments.paid()).toHaveLength(2);
    expect(await store.allowancePeriods(accountId)).toEqual([]);
    isTrouble = false;
    await payments.pass(60, 60);
    expect(await store.allowancePeriods(accountId)).toEqual(['2026-03-02']);
    expect(clock.now().toISOString()).toBe('2026-03-02T00:01:00.000Z');
    expect(await store.allowancePeriods(team.accountId)).toEqual(['2026-03-02']);
    await payments.end();
  });
});
