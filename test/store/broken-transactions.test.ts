import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import { events } from '../../db/schema/events.ts';
import { leases } from '../../db/schema/sessions.ts';
import { createTestDatabase } from '../support/databases.ts';
import { accountOf } from '../support/stage.ts';
import { accepted, askStart, createWorld, type World } from '../support/world.ts';

describe('a store on Postgres', () => {
  let world: World;
  let own: Database;
  let other: Database;
  beforeEach(async () => {
    const made = await createTestDatabase();
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
      await expect.poll(() => other.db.$count(sql`pg_stat_activity`, isWaiting)).toBe(1);
      await tx.execute(endAll(isWaiting));
      return told;
    });
  }

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
    await expect.poll(() => accepted(askStart(world, 'bob')).catch(() => null)).not.toBeNull();
  });

  it('says what failed first in a transaction, whichever failure is heard of first', async () => {
    const failing = own.db.transaction(async (tx) => {
      const first = async () => {
        const inner = async () => await tx.execute(sql`select 1 / 0`);
        return await inner();
      };
      // Sent behind it without waiting: refused in a failed transaction.
      await Promise.all([first().then((rows) => rows), tx.execute(sql`select 1`)]);
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
  });
});
