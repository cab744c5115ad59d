import { setTimeout as sleep } from 'node:timers/promises';
import { type SQL, sql } from 'drizzle-orm';
import { type Database, rowsOf } from '../../db/database.ts';

/**
 * Lets transactions meet: holds a lock, begins each of them once the one before waits, and lets
 * go when all wait. So that each has begun, and none has got past the locks, before any goes on.
 */
export async function meet<Result>(
  { db }: Database,
  lock: SQL,
  begin: readonly (() => Promise<Result>)[],
): Promise<Result[]> {
  const running: Promise<Result>[] = [];
  await db.transaction(async (tx) => {
    await tx.execute(lock);
    for (const one of begin) {
      const outcome = one();
      // Whoever fails early is heard of at the end.
      outcome.catch(() => undefined);
      running.push(outcome);
      await untilWaiting({ db }, running.length);
    }
  });
  return Promise.all(running);
}

async function untilWaiting({ db }: Pick<Database, 'db'>, count: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const waiting = await db.$count(
      sql`pg_stat_activity`,
      sql`datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (waiting >= count) return;
    await sleep(10);
  }
  throw new Error(`${count} transactions should wait for the lock, and do not`);
}

/**
 * Begins while another transaction holds a lock, and tells the statement that waits for it; null:
 * it is done without waiting.
 */
export async function waitingStatement(
  { db }: Pick<Database, 'db'>,
  lock: SQL,
  begin: () => Promise<unknown>,
): Promise<string | null> {
  let isDone = false;
  let outcome: Promise<unknown> = Promise.resolve();
  const waiting = await db.transaction(async (tx) => {
    await tx.execute(lock);
    outcome = begin().finally(() => {
      isDone = true;
    });
    // Heard of below.
    outcome.catch(() => undefined);
    const deadline = Date.now() + 30_000;
    while (Date.now() < deadline) {
      // Asked before: what is done by then has not waited.
      const wasDone = isDone;
      const [found] = await rowsOf(
        // Within the transaction it would see the same each time.
        db,
        sql`select query from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if (found !== undefined) return (found as { query: string }).query;
      if (wasDone) return null;
      await sleep(5);
    }
    throw new Error('neither done nor waiting');
  });
  await outcome;
  return waiting;
}
