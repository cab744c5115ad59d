import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SQL, sql } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** A Postgres server or the embedded PGlite: the same to everything above this file. */
export type Db = PgDatabase<PgQueryResultHKT>;
export type Transaction = Parameters<Parameters<Db['transaction']>[0]>[0];

export type Database = {
  db: Db;
  /** The same with connections of its own, for what may not wait behind the rest. */
  apart: Db;
  kind: 'postgres' | 'pglite';
  close(): Promise<void>;
};

export const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));
/** Two processes that start together migrate one after the other. Any fixed number does. */
const migrationLock = 4_208_415;
const connectSeconds = 10;
/** No statement of ours is long: one that takes this long waits for a lock that nobody gives up. */
const statementMillis = 30_000;

/**
 * Opens a Postgres server and brings its schema up to date. A few connections are enough for short
 * transactions that wait for each other's rows anyway, and each plans its statements anew.
 */
export async function openPostgres(url: string, connections = 5): Promise<Database> {
  const [{ default: postgres }, { drizzle }, { migrate }, { createLastingClient }] =
    await Promise.all([
      import('postgres'),
      import('drizzle-orm/postgres-js'),
      import('drizzle-orm/postgres-js/migrator'),
      import('./postgres-client.ts'),
    ]);
  const options = { connect_timeout: connectSeconds, onnotice: () => undefined };
  const single = postgres(url, { ...options, max: 1 });
  try {
    await single`select 1`.catch((error: unknown) => {
      const { host } = new URL(url);
      const said = error instanceof Error ? error.message : String(error);
      throw new Error(`DATABASE_URL: no Postgres at ${host}: ${said}`, { cause: error });
    });
    await single`select pg_advisory_lock(${migrationLock})`;
    const db = drizzle(single);
    await migrate(db, { migrationsFolder });
    await refuseNewer(db);
  } finally {
    // Ending the connection gives the lock back, also where the migration failed.
    await single.end({ timeout: 5 });
  }
  const open = (max: number) =>
    createLastingClient((lasting) =>
      postgres(url, {
        ...options,
        ...lasting,
        max,
        connection: {
          application_name: 'dibs',
          statement_timeout: statementMillis,
          // A process that hangs or is cut off in a transaction must not hold its locks for hours.
          idle_in_transaction_session_timeout: statementMillis,
          tcp_keepalives_idle: 30,
        },
      }),
    );
  const [shared, apart] = [open(connections), open(2)];
  return {
    db: drizzle(shared.client),
    apart: drizzle(apart.client),
    kind: 'postgres',
    async close() {
      await Promise.all([shared.end(), apart.end()]);
    },
  };
}

/**
 * Two processes on one folder would destroy it, and PGlite does not see to that. The lock is the
 * operating system's, by way of SQLite, so it is given back also when the process is killed.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  const { DatabaseSync } = await import('node:sqlite');
  await mkdir(folder, { recursive: true });
  const lock = new DatabaseSync(join(folder, '..', 'lock'));
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    const message = `Another Dibs is running on ${dirname(folder)}. Stop it, or set DIBS_DATA.`;
    throw new Error(message, { cause: error });
  }
  return () => lock.close();
}

/** Opens the embedded database in a folder, or in memory when the folder is null. */
export async function openPglite(folder: string | null): Promise<Database> {
  const [{ createPglite }, { drizzle }, { migrate }] = await Promise.all([
    import('./pglite-client.ts'),
    import('drizzle-orm/pglite'),
    import('drizzle-orm/pglite/migrator'),
  ]);
  const unlock = folder === null ? () => undefined : await lockFolder(folder);
  const client = await createPglite(folder === null ? {} : { dataDir: folder });
  const close = () => client.close().finally(unlock);
  const db = drizzle(client);
  try {
    await migrate(db, { migrationsFolder });
    await refuseNewer(db);
  } catch (error) {
    await close();
    throw error;
  }
  return { db, apart: db, kind: 'pglite', close };
}

/** What a newer Dibs has made of the database, this one would misread. */
async function refuseNewer(db: Db): Promise<void> {
  const { readMigrationFiles } = await import('drizzle-orm/migrator');
  const ours = readMigrationFiles({ migrationsFolder }).map(({ folderMillis }) => folderMillis);
  const newer = sql`select from drizzle.__drizzle_migrations where created_at > ${Math.max(...ours)}`;
  if ((await rowsOf(db, newer)).length === 0) return;
  throw new Error('The database is of a newer Dibs than this one. Update Dibs, and try again.');
}

/** The rows of a statement of our own, which each driver hands over in its own way. */
export async function rowsOf(db: Db | Transaction, statement: SQL): Promise<readonly unknown[]> {
  const found: unknown = await db.execute(statement);
  if (Array.isArray(found)) return found;
  return (found as { rows: unknown[] }).rows;
}

/** Whether the database answers: for the readiness probe. */
export async function ping(db: Db): Promise<void> {
  await db.execute(sql`select 1`);
}
