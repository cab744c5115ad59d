import { eq, sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { payAllowance } from '../../core/actions/allowance.ts';
import { expire } from '../../core/actions/expire.ts';
import { stop } from '../../core/actions/stop.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { accounts } from '../../db/schema/ledger.ts';
import { meet } from '../support/meeting.ts';
import { movementsOf } from '../support/movements.ts';
import {
  act,
  onEachDatabase,
  onPostgres,
  type Stage,
  sessionIn,
  violation,
} from '../support/stage.ts';
import { accepted, refused, system } from '../support/world.ts';

type Paid = { accountId?: string; amount?: number; carryOver?: number; key?: string };

/** Pays an account, the team's unless said otherwise, a hundred credits for a period. */
function paying({ world }: Stage, period: string, facts: Paid = {}) {
  const { accountId = world.team.accountId, amount = 100, carryOver = 0 } = facts;
  return world.store.perform(payAllowance, {
    requestKey: facts.key ?? `allowance:${accountId}:${period}`,
    actor: system,
    input: {
      accountId,
      period,
      amount: BigInt(amount) * ticksPerCredit,
      carryOver: BigInt(carryOver) * ticksPerCredit,
    },
  });
}

/** In credits. */
async function balanceOf({ world }: Stage, accountId = world.team.accountId) {
  const { account } = await world.store.balanceOf(accountId);
  const { posted, held, expiring } = account;
  return [posted, held, expiring].map((ticks) => Number(ticks) / Number(ticksPerCredit));
}

async function movements({ world, database }: Stage) {
  const rows = await movementsOf(database, world.team.accountId);
  return rows.map(({ kind, credits, reason }) => `${kind} ${credits}: ${reason}`);
}

async function accountOfBob({ world }: Stage): Promise<string> {
  const bob = (await world.store.payees()).find(({ name }) => name === 'bob');
  if (!bob) throw new Error('bob has no account');
  return bob.accountId;
}

onEachDatabase('an allowance', {}, (stage) => {
  it('comes with the expiry of what is left over above what is carried, as one decision', async () => {
    await accepted(paying(stage, '2026-03', { carryOver: 20 }));
    const paid = await accepted(paying(stage, '2026-04', { carryOver: 20 }));
    expect(paid).toEqual({ expired: 80n * ticksPerCredit });
    expect(await movements(stage)).toEqual([
      'grant 500: test',
      'allowance 100: allowance for 2026-03',
      'expiry -80: left over before 2026-04',
      'allowance 100: allowance for 2026-04',
    ]);
    expect(await balanceOf(stage)).toEqual([620, 0, 120]);
    const rows = await movementsOf(stage.database, stage.world.team.accountId);
    expect(rows[2]?.eventId).toBe(rows[3]?.eventId);
    expect(await stage.world.store.checkBook()).toEqual([]);
  });

  it('leaves what was granted alone, for however many periods', async () => {
    for (const period of ['2026-W09', '2026-W10', '2026-W11'])
      await accepted(paying(stage, period));
    expect(await balanceOf(stage)).toEqual([600, 0, 100]);
  });

  it('carries over what is less than that, period after period', async () => {
    for (const period of ['2026-03', '2026-04', '2026-05'])
      await accepted(paying(stage, period, { amount: 10, carryOver: 15 }));
    expect(await balanceOf(stage)).toEqual([525, 0, 25]);
  });

  it('takes nothing that is held just then; the next one takes what came of it', async () => {
    const { world } = stage;
    const accountId = await accountOfBob(stage);
    await accepted(paying(stage, '2026-03-01', { accountId }));
    const sessionId = await sessionIn(world, 'requested', { own: true, leaseSeconds: 8 * 3600 });
    expect(await balanceOf(stage, accountId)).toEqual([100, 80, 100]);
    await accepted(paying(stage, '2026-03-02', { accountId }));
    expect(await balanceOf(stage, accountId)).toEqual([180, 80, 180]);
    await accepted(act(world, stop, { sessionId }));
    await accepted(paying(stage, '2026-03-03', { accountId }));
    expect(await balanceOf(stage, accountId)).toEqual([100, 0, 100]);
    expect(await world.store.checkBook()).toEqual([]);
  });

  it.each([
    [3, [570, 0, 70], [600, 0, 100]],
    [12, [480, 0, 0], [580, 0, 100]],
  ])('is used up first: %d hours leave %j, and %j after the next', async (hours, left, next) => {
    const { world } = stage;
    await accepted(paying(stage, '2026-03'));
    const sessionId = await sessionIn(world, 'running', { leaseSeconds: hours * 3600 });
    await world.clock.advance(hours * 3_600_000);
    await accepted(act(world, expire, { sessionId }));
    expect(await balanceOf(stage)).toEqual(left);
    await accepted(paying(stage, '2026-04'));
    expect(await balanceOf(stage)).toEqual(next);
  });

  it('of one period is paid once, however often and with whatever amount it is asked for', async () => {
    await accepted(paying(stage, '2026-03'));
    expect(await accepted(paying(stage, '2026-03'))).toEqual({ expired: 0n });
    expect(await refused(paying(stage, '2026-03', { amount: 200 }))).toMatchObject({
      kind: 'request_key_reused',
    });
    expect(await balanceOf(stage)).toEqual([600, 0, 100]);
  });

  it('of one period is refused a second time by the database itself', async () => {
    await accepted(paying(stage, '2026-03'));
    const again = paying(stage, '2026-03', { key: 'another' });
    expect(await violation(again)).toContain('one_allowance_a_period');
    expect(await balanceOf(stage)).toEqual([600, 0, 100]);
  });

  it('is known by the last period of each form', async () => {
    const { store, team } = stage.world;
    const periods = ['2026-W53', '2027-W01', '2026-12', '2027-01', '2026-12-31', '2027-01-01'];
    for (const period of periods) await accepted(paying(stage, period));
    const known = await store.allowancePeriods(team.accountId);
    expect(known.sort()).toEqual(['2027-01', '2027-01-01', '2027-W01']);
    expect(await store.allowancePeriods(await accountOfBob(stage))).toEqual([]);
  });
});

onPostgres('an allowance that two processes pay at once', {}, (stage) => {
  const lockOf = (accountId: string) =>
    sql`select 1 from ${accounts} where ${eq(accounts.id, accountId)} for update`;

  it('is paid once, and expires once', async () => {
    const { accountId } = stage.world.team;
    await accepted(paying(stage, '2026-03'));
    const pay = () => paying(stage, '2026-04');
    const outcomes = await meet(stage.database, lockOf(accountId), [pay, pay]);
    const result = { expired: 100n * ticksPerCredit };
    expect(outcomes).toEqual([
      { kind: 'accepted', result },
      { kind: 'accepted', result },
    ]);
    expect(await balanceOf(stage)).toEqual([600, 0, 100]);
    expect(await movements(stage)).toHaveLength(4);
  });

  it('takes nothing of what a start holds at the same moment', async () => {
    const { world } = stage;
    const accountId = await accountOfBob(stage);
    await accepted(paying(stage, '2026-03', { accountId }));
    const asked = { own: true, leaseSeconds: 8 * 3600 };
    const start = () => sessionIn(world, 'requested', asked).then(() => undefined);
    const pay = () => paying(stage, '2026-04', { accountId }).then(() => undefined);
    await meet(stage.database, lockOf(accountId), [start, pay]);
    expect(await balanceOf(stage, accountId)).toEqual([180, 80, 180]);
    expect(await world.store.checkBook()).toEqual([]);
  });
});
