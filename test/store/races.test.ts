import { type SQL, sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import type { Outcome } from '../../core/action.ts';
import { claim } from '../../core/actions/claim.ts';
import { expire } from '../../core/actions/expire.ts';
import { extend } from '../../core/actions/extend.ts';
import { promote } from '../../core/actions/promote.ts';
import { reportReady, reportStopped } from '../../core/actions/report.ts';
import { stop } from '../../core/actions/stop.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { transfers } from '../../db/schema/ledger.ts';
import { leaseDevices, leases } from '../../db/schema/sessions.ts';
import { plainStart } from '../support/facts.ts';
import { meet } from '../support/meeting.ts';
import { accountOf, act, claimOf, empty, onPostgres, sessionIn, viewOf } from '../support/stage.ts';
import { accepted, askStart, system } from '../support/world.ts';

const toConsole = { platforms: ['console'] as const, seconds: 60, editSeconds: {} };
const theHosts = sql`select from hosts for update`;
const theAccount = sql`select from accounts where kind = 'team' for update`;
const other = '00000000-0000-4000-8000-00000000000b';

/** What each got: `accepted`, or the kind of its refusal. */
function told(outcomes: readonly Outcome<unknown>[]): string[] {
  return outcomes.map((outcome) =>
    outcome.kind === 'accepted' ? outcome.kind : outcome.refusal.kind,
  );
}

const single = { credits: 15, hosts: { 'gpu-1': ['a100-80gb'] }, policy: { queueLimit: 2 } };

onPostgres('at once', single, (stage) => {
  const together = (lock: SQL, ...begin: (() => Promise<Outcome<unknown>>)[]) =>
    meet(stage.database, lock, begin);

  it('two starts for the last device: one has it, the other waits in line', async () => {
    const { world } = stage;
    const cheap = { leaseSeconds: 300 };
    const begin = ['bob', 'carol'].map((name) => () => askStart(world, name, cheap));
    expect(told(await together(theHosts, ...begin))).toEqual(['accepted', 'accepted']);
    expect(await stage.database.db.select().from(leaseDevices)).toHaveLength(1);
    expect((await world.store.fleet()).queue).toHaveLength(1);
  });

  it('two starts for the last place in the line: one has it, the other is told', async () => {
    const { world } = stage;
    const cheap = { leaseSeconds: 300 };
    await sessionIn(world, 'requested', cheap);
    await accepted(askStart(world, 'bob', cheap));
    const begin = ['bob', 'carol'].map((name) => () => askStart(world, name, cheap));
    expect(told(await together(theAccount, ...begin))).toEqual(['accepted', 'queue_full']);
  });

  it('two starts for the last credits: one has them, the other is told', async () => {
    const { world } = stage;
    const begin = ['bob', 'carol'].map((name) => () => askStart(world, name));
    const outcomes = told(await together(theAccount, ...begin));
    expect(outcomes.sort()).toEqual(['accepted', 'short_balance']);
    expect(await accountOf(world)).toMatchObject({ held: 10n * ticksPerCredit });
  });

  it('a start and an extension for the last credits: one has them', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running', { leaseSeconds: 1800 });
    const outcomes = await together(
      theAccount,
      () => act(world, extend, { sessionId, addedSeconds: 3600 }),
      () => askStart(world, 'carol'),
    );
    expect(told(outcomes)).toEqual(['accepted', 'short_balance']);
    expect(await world.store.checkBook()).toEqual([]);
  });

  it('the same start delivered twice: both get the one answer, and it is done once', async () => {
    const { world, database } = stage;
    const ask = () => askStart(world, 'bob', { requestKey: 'twice' });
    const [first, second] = await together(theHosts, ask, ask);
    expect(second).toEqual(first);
    expect(await database.db.select().from(leases)).toHaveLength(1);
  });

  it('the same key with two inputs: the second is refused', async () => {
    const ask = (leaseSeconds: number) => () =>
      askStart(stage.world, 'bob', { requestKey: 'twice', leaseSeconds });
    const outcomes = await together(theHosts, ask(600), ask(900));
    expect(told(outcomes)).toEqual(['accepted', 'request_key_reused']);
  });

  it('a stop and the end of the lease: it is charged once', async () => {
    const { world, database } = stage;
    const sessionId = await sessionIn(world, 'running');
    await world.clock.advance(3_600_000);
    const outcomes = await together(
      theAccount,
      () => act(world, stop, { sessionId }),
      () => act(world, expire, { sessionId }),
    );
    expect(told(outcomes)).toEqual(['accepted', 'stale']);
    expect(await database.db.select().from(transfers)).toHaveLength(2);
    expect(await accountOf(world)).toEqual({ posted: 5n * ticksPerCredit, held: 0n });
    expect(await world.store.checkBook()).toEqual([]);
  });

  it('the same end of a lease asked for twice: both get the one answer', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await world.clock.advance(3_600_000);
    const request = { requestKey: 'twice', actor: system, input: { sessionId } };
    const ask = () => world.store.perform(expire, request);
    expect(told(await together(theAccount, ask, ask))).toEqual(['accepted', 'accepted']);
    expect(await world.store.checkBook()).toEqual([]);
  });

  it('an extension that waits past the end of the lease comes too late', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running', { leaseSeconds: 300 });
    await world.clock.advance(299_000);
    const outcomes = await together(
      theAccount,
      () => act(world, extend, { sessionId, addedSeconds: 300 }),
      async () => {
        await world.clock.advance(2000);
        return act(world, expire, { sessionId });
      },
    );
    expect(told(outcomes)).toEqual(['session_over', 'accepted']);
    expect(await viewOf(world, sessionId)).toMatchObject({ charged: 3_000_000n });
  });

  it('two extensions: both count', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    const more = () => act(world, extend, { sessionId, addedSeconds: 600 });
    expect(told(await together(theAccount, more, more))).toEqual(['accepted', 'accepted']);
    expect(await viewOf(world, sessionId)).toMatchObject({ leaseSeconds: 4800 });
    expect(await world.store.checkBook()).toEqual([]);
  });

  it('two processes at one step: one of them claims it', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'requested');
    const take = (token: string) => () =>
      act(world, claim, { sessionId, step: 'start' as const, token });
    const outcomes = told(await together(theAccount, take(claimOf), take(other)));
    expect(outcomes.sort()).toEqual(['accepted', 'stale']);
  });

  it('a stop while it gets ready: it is stopped either way', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'starting');
    const ready = {
      ...plainStart,
      sessionId,
      token: claimOf,
      containerId: 'c',
      url: 'http://gpu-1/',
    };
    const outcomes = await together(
      theAccount,
      () => act(world, stop, { sessionId }),
      () => act(world, reportReady, ready),
    );
    expect(told(outcomes)).toEqual(['accepted', 'stale']);
    expect(await viewOf(world, sessionId)).toMatchObject({ state: 'stopping', url: null });
  });

  it('who leaves the line just as it moves up: it has left, and the line moves on', async () => {
    const { world } = stage;
    const first = await sessionIn(world, 'running', { leaseSeconds: 300 });
    const ask = { leaseSeconds: 300 };
    const { sessionId: leaving } = await accepted(askStart(world, 'bob', ask));
    await world.clock.advance(1);
    const { sessionId: next } = await accepted(askStart(world, 'carol', ask));
    await accepted(act(world, stop, { sessionId: first }));
    await accepted(act(world, claim, { sessionId: first, step: 'stop', token: claimOf }));
    await accepted(act(world, reportStopped, { sessionId: first, token: claimOf }));
    // The stop then has the lease and waits for the session; the promotion waits for the lease.
    const outcomes = await together(
      sql`select from sessions where id = ${leaving} for update`,
      () => act(world, stop, { sessionId: leaving }),
      () => act(world, promote, null),
    );
    expect(told(outcomes)).toEqual(['accepted', 'accepted']);
    expect(await viewOf(world, leaving)).toMatchObject({ state: 'ended', devices: [] });
    expect(await viewOf(world, next)).toMatchObject({ queued: false, host: 'gpu-1' });
    expect(await world.store.checkBook()).toEqual([]);
  });
});

const many = { 'gpu-1': Array.from({ length: 8 }, () => 'a100-80gb') };

onPostgres('several at once', { hosts: many }, (stage) => {
  it('deliverers never get the same notice', async () => {
    const { world } = stage;
    for (let i = 0; i < 8; i += 1) await sessionIn(world, 'requested', { leaseSeconds: 300 });
    const taken = await Promise.all(
      [2, 2, 2, 2].map((n) => world.store.claimNotices({ ...toConsole, limit: n })),
    );
    const ids = taken.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const rest = await world.store.claimNotices({ ...toConsole, limit: 8 });
    expect(ids.length + rest.length).toBe(8);
  });

  it('set-ups of a new database make each thing once', async () => {
    const { world, database } = stage;
    await empty(database);
    const team = { name: 'new', zone: 'UTC', channels: [], people: [] };
    const hosts = [{ name: 'gpu-9', address: 'test:gpu-9', simulated: true }];
    const made = await Promise.all(
      Array.from({ length: 4 }, () => world.store.setUp({ teams: [team], hosts })),
    );
    const things = made.map(({ signingKey, ...others }) => ({
      ...others,
      key: signingKey.reveal(),
    }));
    const [first] = things;
    expect(things).toEqual(things.map(() => first));
  });
});
