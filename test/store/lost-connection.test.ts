import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { events } from '../../db/schema/events.ts';
import { leases } from '../../db/schema/sessions.ts';
import type { Database } from '../../db/database.ts';
import { createTestDatabase } from '../support/databases.ts';
import { accountOf } from '../support/stage.ts';
import { accepted, askStart, createWorld, type World } from '../support/world.ts';

describe('a store whose connections break while it works', () => {
  let world: World;
  let own: Database;
  let other: Database;
  beforeEach(async () => {
    const made = await createTestDatabase();
    own = await made.open();
    other = await made.open();
    world = await createWorld(own, { credits: 1000 });
  });
  afterEach(() => Promise.all([own.close(), other.close()]));

  /** Lets the work wait for a lock, and ends whatever waits. */
  async function breakOff(work: () => Promise<unknown>): Promise<unknown> {
    let told: Promise<unknown> = Promise.resolve();
    await other.db.transaction(async (tx) => {
      await tx.execute(sql`select from hosts for update`);
      told = work().then(
        () => 'done',
        (error: unknown) => error,
      );
      const waiting = sql`pg_stat_activity`;
      const isWaiting = sql`datname = current_database() and wait_event_type = 'Lock'`;
      await expect.poll(() => other.db.$count(waiting, isWaiting)).toBe(1);
      await tx.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`);
    });
    return told;
  }

  it('says so, leaves nothing half done, and serves the next', async () => {
    for (let time = 0; time < 5; time += 1) {
      const requestKey = `start:${time}`;
      const told = await breakOff(() => askStart(world, 'bob', { requestKey }));
      expect(told).toBeInstanceOf(Error);
      expect(await own.db.select().from(leases)).toHaveLength(time);
      const kept = sql`request_key = ${requestKey}`;
      expect(await own.db.select().from(events).where(kept)).toEqual([]);
      // Delivered again, it is done as if for the first time.
      await accepted(askStart(world, 'bob', { requestKey }));
    }
    expect(await accountOf(world)).toMatchObject({ held: 50n * 3_600_000n });
    expect(await world.store.checkBook()).toEqual([]);
  });
});
