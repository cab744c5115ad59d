import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { eq, type SQL, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openPostgres, rowsOf } from '../../db/database.ts';
import { events } from '../../db/schema/events.ts';
import { leases } from '../../db/schema/sessions.ts';
import { createTestDatabase } from '../support/databases.ts';
import { accountOf } from '../support/stage.ts';
import { accepted, askStart, createWorld, type World } from '../support/world.ts';

describe('a store on Postgres', () => {
  let world: World;
  let own: Database;
  let other: Database;
  let made: Awaited<ReturnType<typeof createTestDatabase>>;
  beforeEach(async () => {
    made = await createTestDatabase();
    own = await made.open();
    other = await made.open(2);
    world = await createWorld(own, { credits: 1000 });
  });
  afterEach(() => Promise.all([own.close(), other.close()]));

  const isWaiting = sql`datname = current_database() and wait_event_type = 'Lock'`;
  const endAll = (which = sql`true`) => sql`select pg_terminate_backend(pid)
    from pg_stat_activity where datname = current_database() and ${which}
      and pid <> pg_backend_pid()`;

  /** Lets the work wait for a lock, and ends its connection there. */
  async function breakOff(work: () => Promise<unknown>): Promise<unknown> {
    return other.db.transaction(async (tx) => {
      await tx.execute(sql`select from hosts for update`);
      const told = work().then(
        () => 'done',
        (error: unknown) => error,
      );
      await expect
        .poll(() => other.db.$count(sql`pg_stat_activity`, isWaiting), { timeout: 30_000 })
        .toBe(1);
      await tx.execute(endAll(isWaiting));
      return told;
    });
  }

  const isAsleep = sql`datname = current_database() and wait_event = 'PgSleep'`;
  const untilAsleep = () =>
    expect
      .poll(() => other.db.$count(sql`pg_stat_activity`, isAsleep), { timeout: 30_000 })
      .toBe(1);

  it('that loses its connection in a decision leaves nothing half done, and serves the next', async () => {
    for (let time = 0; time < 5; time += 1) {
      const requestKey = `start:${time}`;
      const ask = () => askStart(world, 'bob', { requestKey });
      expect(await breakOff(ask)).toBeInstanceOf(Error);
      expect(await own.db.select().from(leases)).toHaveLength(time);
      const kept = own.db.select().from(events).where(eq(events.requestKey, requestKey));
      expect(await kept).toEqual([]);
      // Delivered again, it is done as if for the first time.
      await accepted(ask());
    }
    expect(await accountOf(world)).toMatchObject({ held: 50n * 3_600_000n });
    expect(await world.store.checkBook()).toEqual([]);
  });

  it('that loses all its connections while it rests serves the next', async () => {
    await Promise.all(Array.from({ length: 5 }, () => world.store.board()));
    await other.close();
    const single = (await own.db.execute(endAll())) as unknown[];
    expect(single.length).toBeGreaterThan(1);
    await expect
      .poll(() => accepted(askStart(world, 'bob')).catch(() => null), { timeout: 30_000 })
      .not.toBeNull();
  });

  it('sends nothing more in a transaction that lost its connection, not even in the next one', async () => {
    const single = await made.open(1);
    const { promise: said, resolve: say } = Promise.withResolvers<void>();
    const { promise: nextBegun, resolve: beginNext } = Promise.withResolvers<void>();
    let next: Promise<unknown> = Promise.resolve();
    let late: Promise<unknown> = Promise.resolve();
    const lost = single.db.transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      // It waits for the one connection, and is given it again when that is made anew.
      next = single.db.transaction(async (later) => {
        await later.execute(sql`select 1`);
        beginNext();
        await said;
        await later.execute(sql`select 1`);
      });
      await other.db.execute(endAll());
      await nextBegun;
      late = (async () => await tx.execute(sql`create table said_too_late ()`))();
      await late.catch(() => undefined);
      say();
    });
    await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    await said;
    await expect(late).rejects.toMatchObject({ cause: { code: 'CONNECTION_CLOSED' } });
    await next;
    const table = await rowsOf(other.db, sql`select to_regclass('said_too_late') as made`);
    expect(table).toEqual([{ made: null }]);
    await single.close();
  });

  it('sends nothing more in a transaction when a statement hears of the loss', async () => {
    const relay = await relayTo(made.url);
    const remote = await openPostgres(relay.url, 1);
    const heard: unknown[] = [];
    const lost = remote.db.transaction(async (tx) => {
      const say = async () => heard.push(await tx.execute(sql`select pg_sleep(30)`).catch(causeOf));
      const first = say();
      await untilAsleep();
      relay.cut();
      await first;
      await say();
    });
    await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    const loss = expect.objectContaining({ code: 'ECONNRESET' });
    await expect.poll(() => heard, { timeout: 30_000 }).toEqual([loss, loss]);
    // The driver waits five seconds for the connection that broke.
    void remote.close();
    await relay.close();
  });

  it.each(['first', 'second'] as const)(
    'says what failed first in a transaction when the %s failure is heard of first',
    async (heard) => {
      const failing = own.db.transaction(async (tx) => {
        const ask = async (query: SQL) => await tx.execute(query);
        // Sent behind the first without waiting, the second is refused in a failed transaction.
        const asked = { first: ask(sql`select 1 / 0`), second: ask(sql`select 1`) };
        await Promise.allSettled(Object.values(asked));
        await asked[heard];
      });
      const first = { query: 'select 1 / 0', cause: { code: '22012' } };
      await expect(failing).rejects.toMatchObject(first);
    },
  );
});

/** A way to the server that can be cut: its connections are then reset. */
async function relayTo(url: string) {
  const { hostname, port } = new URL(url);
  const callers = new Set<Socket>();
  const server = createServer((caller) => {
    callers.add(caller);
    const called = connect(Number(port), hostname);
    pipeline(caller, called, caller, () => callers.delete(caller));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const via = new URL(url);
  via.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: via.href,
    cut: () => callers.forEach((caller) => void caller.resetAndDestroy()),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : error;
}
