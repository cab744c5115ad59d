import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { assert } from '../core/assert.ts';
import { type Db, lockFolder, migrationsFolder, rowsOf } from './database.ts';

/** A database as it is found, without migrating it. */
export type DatabaseLook = {
  /** Postgres's number: 180004 is 18.4. */
  version: number;
  /** Its clock, and ours before and after it was asked. */
  now: Date;
  askedAt: Date;
  answeredAt: Date;
  /** Of our migrations, those that it does not have yet; all: it is empty. */
  missing: number;
  migrations: number;
  /** A newer Dibs than this one has changed it. */
  isNewer: boolean;
};

const limitSeconds = 5;

/** Throws what the driver throws where it cannot be reached. Can change nothing. */
export async function lookAtPostgres(url: string): Promise<DatabaseLook> {
  const [{ default: postgres }, { drizzle }] = await Promise.all([
    import('postgres'),
    import('drizzle-orm/postgres-js'),
  ]);
  const client = postgres(url, {
    max: 1,
    connect_timeout: limitSeconds,
    onnotice: () => undefined,
    connection: {
      default_transaction_read_only: true,
      statement_timeout: limitSeconds * 1000,
    },
  });
  try {
    return await lookAt(drizzle(client));
  } finally {
    await client.end({ timeout: 1 });
  }
}

/**
 * Looks at a copy, since opening a database writes to it. `absent`: there is none in the folder;
 * `in use`: a process has it.
 */
export async function lookAtPglite(folder: string): Promise<DatabaseLook | 'absent' | 'in use'> {
  if (!existsSync(join(folder, 'PG_VERSION'))) return 'absent';
  const unlock = await lockFolder(folder).catch(() => null);
  if (unlock === null) return 'in use';
  const copy = await mkdtemp(join(tmpdir(), 'dibs-look-'));
  try {
    await cp(folder, copy, { recursive: true }).finally(unlock);
    const [{ PGlite }, { btree_gist }, { drizzle }] = await Promise.all([
      import('@electric-sql/pglite'),
      import('@electric-sql/pglite/contrib/btree_gist'),
      import('drizzle-orm/pglite'),
    ]);
    const client = await PGlite.create({ dataDir: copy, extensions: { btree_gist } });
    return await lookAt(drizzle(client)).finally(() => client.close());
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function lookAt(db: Db): Promise<DatabaseLook> {
  const { readMigrationFiles } = await import('drizzle-orm/migrator');
  const ours = readMigrationFiles({ migrationsFolder }).map(({ folderMillis }) => folderMillis);
  // Before that, the connection is made.
  await rowsOf(db, sql`select 1`);
  const askedAt = new Date();
  const [facts] = (await rowsOf(
    db,
    sql`select current_setting('server_version_num')::int as version,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as now,
      to_regclass('drizzle.__drizzle_migrations') is not null as migrated`,
  )) as { version: number; now: number; migrated: boolean }[];
  const answeredAt = new Date();
  assert(facts, 'a select without a table gives a row');
  const applied = facts.migrated ? await lastMigration(db) : 0;
  return {
    version: facts.version,
    now: new Date(facts.now),
    askedAt,
    answeredAt,
    missing: ours.filter((millis) => millis > applied).length,
    migrations: ours.length,
    isNewer: applied > Math.max(...ours),
  };
}

async function lastMigration(db: Db): Promise<number> {
  const latest = sql`select coalesce(max(created_at), 0)::float8 as at from drizzle.__drizzle_migrations`;
  const [row] = (await rowsOf(db, latest)) as { at: number }[];
  return row?.at ?? 0;
}
