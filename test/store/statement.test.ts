import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { movementWords } from '../../bot/render/movement.ts';
import { adjust } from '../../core/actions/adjust.ts';
import { payAllowance } from '../../core/actions/allowance.ts';
import { give } from '../../core/actions/give.ts';
import { grant } from '../../core/actions/grant.ts';
import { request } from '../../core/actions/request.ts';
import { reverse } from '../../core/actions/reverse.ts';
import { stop } from '../../core/actions/stop.ts';
import { vote } from '../../core/actions/vote.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { type Period, parsePeriod } from '../../core/period.ts';
import type { Statement } from '../../core/view.ts';
import { act, as, onEachDatabase, onPostgres, type Stage, sessionIn } from '../support/stage.ts';
import { accepted, lab, noon, type World } from '../support/world.ts';

const credits = (amount: number) => BigInt(amount) * ticksPerCredit;

async function statementOf({ store }: World, accountId: string, period: Period = 'all') {
  const statement = await store.statementOf(accountId, period);
  if (!statement) throw new Error('too long');
  return statement;
}

/** Each line in credits, with its words. */
function linesOf({ lines }: Statement): string[] {
  const inCredits = (ticks: bigint) => Number(ticks) / Number(ticksPerCredit);
  return lines.map((line) => {
    return `${inCredits(line.amount)} ${movementWords(line)} = ${inCredits(line.balanceAfter)}`;
  });
}

async function accountOf({ store }: World, name: string): Promise<string> {
  const payee = (await store.payees()).find((found) => found.name === name);
  if (!payee) throw new Error(`no ${name}`);
  return payee.accountId;
}

/** Until then on the world's clock. */
function waitUntil({ clock }: World, at: string): Promise<void> {
  return clock.advance(new Date(at).getTime() - clock.now().getTime());
}

/** All that can happen to the team's account, and to alice's and bob's own. */
async function liveThroughIt(world: World) {
  const team = world.team.accountId;
  const [alices, bobs] = [await accountOf(world, 'alice'), await accountOf(world, 'bob')];
  const [alice, bob] = [await world.actorOf('alice'), await world.actorOf('bob')];
  const allowance = { accountId: team, amount: credits(100), carryOver: credits(30) };
  await accepted(act(world, payAllowance, { ...allowance, period: '2026-03' }));
  const sessionId = await sessionIn(world, 'running');
  await world.clock.advance(1_080_000);
  await accepted(act(world, stop, { sessionId }));
  const asked = { accountId: team, amount: credits(40), reason: 'ablation' };
  const channel = { platform: 'console', channel: 'lab' } as const;
  const { requestId } = await accepted(as(world, bob)(request, { ...asked, channel }));
  await accepted(
    as(world, alice)(vote, {
      ...{ requestId, vote: 'approve', by: 'command', standing: 'member', reason: null },
    }),
  );
  await accepted(act(world, grant, { accountId: alices, amount: credits(50), reason: 'prize' }));
  const given = { fromAccountId: alices, reason: 'thanks' };
  await accepted(as(world, alice)(give, { ...given, toAccountId: team, amount: credits(20) }));
  await accepted(as(world, alice)(give, { ...given, toAccountId: bobs, amount: credits(5) }));
  const adjusted = { accountId: team, amount: -credits(15), reason: 'counted twice' };
  await accepted(as(world, alice)(adjust, adjusted));
  const { lines } = await statementOf(world, team);
  const wrong = { number: lines.at(-1)?.number ?? 0, reason: 'it was right' };
  await accepted(as(world, alice)(reverse, wrong));
  await waitUntil(world, '2026-04-01T00:00:00Z');
  await accepted(act(world, payAllowance, { ...allowance, period: '2026-04' }));
  return { team, alices, bobs, wrong: wrong.number };
}

onEachDatabase('a statement', {}, (stage) => {
  it('has each movement with its balance after it, and ends with the balance to the tick', async () => {
    const { world } = stage;
    const { team, wrong } = await liveThroughIt(world);
    const statement = await statementOf(world, team);
    const charge = statement.lines.find(({ kind }) => kind === 'charge');
    expect(linesOf(statement)).toEqual([
      '500 grant by test: test = 500',
      '100 allowance for 2026-03 = 600',
      `-3 charge ${charge?.session}, bob = 597`,
      '40 grant by alice, request 1: ablation = 637',
      '20 given by alice: thanks = 657',
      '-15 adjustment by alice: counted twice = 642',
      `15 ${wrong} taken back by alice: it was right = 657`,
      '-52 expired: left over before 2026-04 = 605',
      '100 allowance for 2026-04 = 705',
    ]);
    const { account, opening, closing, lines } = statement;
    expect(closing).toBe(account.posted);
    expect(lines.reduce((sum, { amount }) => sum + amount, opening)).toBe(closing);
    expect(await world.store.checkBook()).toEqual([]);
  });

  it('shows a gift on both sides, and who has nothing an empty page', async () => {
    const { world } = stage;
    const { alices, bobs } = await liveThroughIt(world);
    const [alice, bob] = [await statementOf(world, alices), await statementOf(world, bobs)];
    expect(linesOf(alice)).toEqual([
      '50 grant by test: prize = 50',
      '-20 given to lab: thanks = 30',
      '-5 given to bob: thanks = 25',
    ]);
    expect(linesOf(bob)).toEqual(['5 given by alice: thanks = 5']);
    expect([alice.closing, bob.closing]).toEqual([alice.account.posted, bob.account.posted]);
    const carol = await statementOf(world, await accountOf(world, 'carol'));
    expect(carol).toMatchObject({ opening: 0n, lines: [], closing: 0n });
  });

  it('is in the order in which the balance changed', async () => {
    const { world } = stage;
    const { team } = await liveThroughIt(world);
    const numbers = (await statementOf(world, team)).lines.map(({ number }) => number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('of a period begins where the one before it ended', async () => {
    const { world } = stage;
    const { team } = await liveThroughIt(world);
    const before = await statementOf(world, team, parsePeriod('last-month') ?? 'all');
    const now = await statementOf(world, team, parsePeriod('month') ?? 'all');
    expect([before.during.name, before.opening, before.closing]).toEqual([
      ...['2026-03', 0n, credits(657)],
    ]);
    expect([now.during.name, now.opening, now.closing]).toEqual([
      ...['2026-04', credits(657), credits(705)],
    ]);
    expect(now.closing).toBe(now.account.posted);
    const later = await statementOf(world, team, parsePeriod('2027') ?? 'all');
    expect(later).toMatchObject({ opening: credits(705), lines: [], closing: credits(705) });
  });

  it('has what moved at the first moment of its zone’s period and not what moved at the last', async () => {
    const { world } = stage;
    const { team, store } = world;
    await store.setUp({ teams: [{ ...lab, zone: 'Europe/Berlin' }], hosts: [] });
    const { accountId } = team;
    for (const [at, reason] of [
      ['2026-03-28T22:59:59.999Z', 'the 28th'],
      ['2026-03-28T23:00:00.000Z', 'the 29th'],
      ['2026-03-29T21:59:59.999Z', 'still the 29th, of 23 hours'],
      ['2026-03-29T22:00:00.000Z', 'the 30th'],
    ] as const) {
      await waitUntil(world, at);
      await accepted(act(world, grant, { accountId, amount: credits(1), reason }));
    }
    const day = await statementOf(world, accountId, parsePeriod('2026-03-29') ?? 'all');
    expect(day.zone).toBe('Europe/Berlin');
    expect(day.lines.map(({ reason }) => reason)).toEqual([
      'the 29th',
      'still the 29th, of 23 hours',
    ]);
    expect([day.opening, day.closing]).toEqual([credits(501), credits(503)]);
    const today = await statementOf(world, accountId, parsePeriod('today') ?? 'all');
    expect(linesOf(today)).toEqual(['1 grant by test: the 30th = 504']);
  });

  it('of a person is in the zone of their own team', async () => {
    const { world } = stage;
    const vision = { ...lab, name: 'vision', zone: 'Asia/Tokyo', people: lab.people.slice(1) };
    await world.store.setUp({ teams: [vision, lab], hosts: [] });
    const [alice, bob] = [await accountOf(world, 'alice'), await accountOf(world, 'bob')];
    expect((await statementOf(world, alice)).zone).toBe('UTC');
    expect((await statementOf(world, bob)).zone).toBe('Asia/Tokyo');
    expect((await world.store.balanceOf(bob)).zone).toBe('Asia/Tokyo');
  });

  it('is given up where it is longer than anybody reads', async () => {
    const { accountId } = stage.world.team;
    await addTransfers(stage, 9_999);
    expect((await statementOf(stage.world, accountId)).lines).toHaveLength(10_000);
    await addTransfers(stage, 1);
    expect(await stage.world.store.statementOf(accountId, 'all')).toBeNull();
  });
});

/** A tick each, as the database would have them. */
async function addTransfers({ database, world }: Stage, count: number): Promise<void> {
  await database.db.execute(sql`insert into transfers
    (id, kind, from_account_id, to_account_id, amount, reason, event_id, at)
    select gen_random_uuid(), 'grant', (select id from accounts where kind = 'issuer'),
      ${world.team.accountId}::uuid, 1, 'one', (select id from events limit 1),
      ${noon.toISOString()}::timestamptz from generate_series(1, ${count}::int)`);
}

onPostgres('a statement', {}, (stage) => {
  it('ends with the balance also while credits move', async () => {
    const { world } = stage;
    const { accountId } = world.team;
    const seen = new Set<number>();
    let isMoving = true;
    const move = async () => {
      for (let turn = 0; turn < 100; turn += 1)
        await accepted(act(world, grant, { accountId, amount: 1n, reason: 'more' }));
      isMoving = false;
    };
    const look = async () => {
      while (isMoving) {
        const { account, closing, lines } = await statementOf(world, accountId);
        expect(closing).toBe(account.posted);
        seen.add(lines.length);
      }
    };
    await Promise.all([move(), look(), look()]);
    expect(seen.size).toBeGreaterThan(10);
  });
});

onEachDatabase('a balance', {}, (stage) => {
  it('has what is held and by what, what is of an allowance, and what was spent lately', async () => {
    const { world } = stage;
    const { team } = await liveThroughIt(world);
    await sessionIn(world, 'requested', { deviceCount: 2 });
    const { account, holds, ...spent } = await world.store.balanceOf(team);
    expect(account).toMatchObject({ posted: credits(705), held: credits(20) });
    expect(account.expiring).toBe(credits(130));
    expect(holds).toMatchObject([{ holder: 'bob', amount: credits(20) }]);
    expect(spent).toMatchObject({ chargedThisMonth: 0n, chargedLastWeek: 0n, openedAt: noon });
  });

  it('counts as spent this month and lately what was charged since then alone', async () => {
    const { world } = stage;
    const { accountId } = world.team;
    const [host] = world.hosts;
    const use = async () => {
      await world.store.noteSeen(host?.hostId ?? '', world.clock.now(), null);
      const sessionId = await sessionIn(world, 'running');
      await world.clock.advance(360_000);
      await accepted(act(world, stop, { sessionId }));
    };
    const spent = async () => {
      const { chargedThisMonth, chargedLastWeek } = await world.store.balanceOf(accountId);
      return [chargedThisMonth, chargedLastWeek].map((ticks) => Number(ticks / ticksPerCredit));
    };
    expect(await spent()).toEqual([0, 0]);
    await use();
    expect(await spent()).toEqual([1, 1]);
    await waitUntil(world, '2026-03-31T23:00:00Z');
    await use();
    expect(await spent()).toEqual([2, 1]);
    await waitUntil(world, '2026-04-01T00:00:00Z');
    expect(await spent()).toEqual([0, 1]);
    await world.store.setUp({ teams: [{ ...lab, zone: 'America/New_York' }], hosts: [] });
    expect(await spent()).toEqual([2, 1]);
  });
});
