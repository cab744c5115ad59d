import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import type { Outcome } from '../../core/action.ts';
import { claim } from '../../core/actions/claim.ts';
import { extend } from '../../core/actions/extend.ts';
import { give } from '../../core/actions/give.ts';
import { grant } from '../../core/actions/grant.ts';
import { promote } from '../../core/actions/promote.ts';
import { reportStopped } from '../../core/actions/report.ts';
import { stop } from '../../core/actions/stop.ts';
import { holds } from '../../db/schema/sessions.ts';
import { createSpending, credits, withLimits } from '../support/limited.ts';
import { meet } from '../support/meeting.ts';
import { accountOf, act, as, claimOf, onPostgres, sessionIn } from '../support/stage.ts';
import { accepted, askStart } from '../support/world.ts';

const theHosts = sql`select from hosts for update`;
const theAccount = sql`select from accounts where kind = 'team' for update`;

/** What each got: `accepted`, or the kind of its refusal. */
function told(outcomes: readonly Outcome<unknown>[]): string[] {
  return outcomes.map((outcome) =>
    outcome.kind === 'accepted' ? outcome.kind : outcome.refusal.kind,
  );
}

const hosts = { 'gpu-1': Array.from({ length: 6 }, () => 'a100-80gb'), 'gpu-2': ['l4', 'l4'] };
const policy = withLimits({ personSpending: { day: 25 }, personDevices: 3, teamDevices: 4 });

onPostgres('a limit, at once', { hosts, policy }, (stage) => {
  const { start, extendBy, running, giveOwn } = createSpending(stage);

  it('of spending is not passed by two starts', async () => {
    const outcomes = await meet(stage.database, theHosts, [() => start(5400), () => start(5400)]);
    expect(told(outcomes)).toEqual(['accepted', 'spending_limit']);
    expect(await accountOf(stage.world)).toMatchObject({ held: credits(15) });
  });

  it('of spending is not passed by extensions of two sessions', async () => {
    const sessions = [await running(3600), await running(3600)];
    const begin = sessions.map((sessionId) => () => extendBy(sessionId, 1800));
    const outcomes = told(await meet(stage.database, theAccount, begin));
    expect(outcomes.sort()).toEqual(['accepted', 'spending_limit']);
    expect(await accountOf(stage.world)).toMatchObject({ held: credits(25) });
  });

  it('of spending is not passed by a start and an extension', async () => {
    const sessionId = await running(3600);
    const begin = [() => extendBy(sessionId, 3600), () => start(3600)];
    const outcomes = told(await meet(stage.database, theAccount, begin));
    expect(outcomes).toEqual(['accepted', 'spending_limit']);
    expect(await accountOf(stage.world)).toMatchObject({ held: credits(20) });
  });

  it('of spending counts a charge from the moment when the hold is gone', async () => {
    const { world, database } = stage;
    const sessionId = await running(7200);
    await world.clock.advance(7_200_000);
    const begin = [() => act(world, stop, { sessionId }), () => start(3600)];
    expect(told(await meet(database, theAccount, begin))).toEqual(['accepted', 'spending_limit']);
  });

  it('of a person’s devices is not passed by starts at the cost of two accounts', async () => {
    await giveOwn(100);
    await accepted(askStart(stage.world, 'bob', { deviceCount: 2, leaseSeconds: 300 }));
    // Other devices, of which there are enough: it is not they that are in the way.
    const other = { own: true, deviceType: 'l4' };
    const begin = [() => askStart(stage.world, 'bob', other), () => start(300)];
    const outcomes = await meet(stage.database, theHosts, begin);
    expect(told(outcomes)).toEqual(['accepted', 'device_limit']);
  });

  it('of a team’s devices is not passed by starts of two people', async () => {
    await accepted(askStart(stage.world, 'alice', { deviceCount: 3, leaseSeconds: 300 }));
    const begin = Object.entries({ bob: 'a100', carol: 'l4' }).map(
      ([name, deviceType]) =>
        () =>
          askStart(stage.world, name, { deviceType }),
    );
    const outcomes = await meet(stage.database, theHosts, begin);
    expect(told(outcomes)).toEqual(['accepted', 'device_limit']);
  });
});

onPostgres('credits that are given, at once', {}, (stage) => {
  const { giveOwn } = createSpending(stage);
  const accountNamed = async (name: string) => {
    const payees = await stage.world.store.payees();
    return payees.find((payee) => payee.name === name)?.accountId ?? '';
  };
  const giveTo = async (from: string, to: string, amount: number) => {
    const actor = await stage.world.actorOf(from);
    const [fromAccountId, toAccountId] = [await accountNamed(from), await accountNamed(to)];
    const input = { fromAccountId, toAccountId, amount: credits(amount), reason: 'thanks' };
    return () => as(stage.world, actor)(give, input);
  };
  const available = async (name: string) => {
    const { account } = await stage.world.store.balanceOf(await accountNamed(name));
    return account.posted - account.held;
  };

  it('are given once: two gifts of the same credits are one', async () => {
    const bobs = await giveOwn(30);
    const lock = sql`select from accounts where id = ${bobs} for update`;
    const begin = [await giveTo('bob', 'carol', 20), await giveTo('bob', 'alice', 20)];
    const outcomes = told(await meet(stage.database, lock, begin));
    expect(outcomes.sort()).toEqual(['accepted', 'too_little_available']);
    expect(await available('bob')).toBe(credits(10));
  });

  it('to each other both arrive, and nobody waits in a ring', async () => {
    await giveOwn(30);
    const carol = { accountId: await accountNamed('carol'), amount: credits(30), reason: 'own' };
    await accepted(act(stage.world, grant, carol));
    const lock = sql`select from accounts where kind = 'person' for update`;
    const begin = [await giveTo('bob', 'carol', 20), await giveTo('carol', 'bob', 5)];
    expect(told(await meet(stage.database, lock, begin))).toEqual(['accepted', 'accepted']);
    expect([await available('bob'), await available('carol')]).toEqual([credits(15), credits(45)]);
  });

  it('and spent by a start are one or the other', async () => {
    const bobs = await giveOwn(15);
    const lock = sql`select from accounts where id = ${bobs} for update`;
    const begin = [
      await giveTo('bob', 'carol', 10),
      () => askStart(stage.world, 'bob', { own: true }),
    ];
    const outcomes = await meet<Outcome<unknown>>(stage.database, lock, begin);
    expect(told(outcomes)).toEqual(['accepted', 'short_balance']);
  });
});

const line = { hosts: { 'gpu-1': ['a100-80gb'], 'gpu-2': ['a100-40gb'] } };
const dear = { prices: { default: 10_000n, 'a100-40gb': 5_000n } };
const cheaper = withLimits({});
const lab = { ...cheaper.teams?.['lab'], ...dear } as NonNullable<typeof cheaper.teams>[string];

onPostgres('who waits in line, at once', { ...line, policy: { teams: { lab } } }, (stage) => {
  it('moves up and asks for longer: the hold is the price of the whole lease', async () => {
    const { world, database } = stage;
    await sessionIn(world, 'running', { deviceType: 'a100-80gb' });
    const cheap = await sessionIn(world, 'running', { deviceType: 'a100-40gb' });
    const { sessionId } = await accepted(askStart(world, 'carol'));
    await accepted(act(world, stop, { sessionId: cheap }));
    await accepted(act(world, claim, { sessionId: cheap, step: 'stop' as const, token: claimOf }));
    await accepted(act(world, reportStopped, { sessionId: cheap, token: claimOf }));
    // Held for the dearer of the two, and moved up to the cheaper one.
    const outcomes = await meet<Outcome<unknown>>(database, theAccount, [
      () => act(world, extend, { sessionId, addedSeconds: 3600 }),
      () => act(world, promote, null),
    ]);
    expect(told(outcomes)).toEqual(['accepted', 'accepted']);
    const amounts = (await database.db.select().from(holds)).map(({ amount }) => amount);
    expect(amounts.at(-1)).toBe(credits(10));
    expect(await world.store.checkBook()).toEqual([]);
    const deadlocks = sql`pg_stat_database`;
    const here = sql`datname = current_database() and deadlocks > 0`;
    expect(await database.db.$count(deadlocks, here)).toBe(0);
  });
});
