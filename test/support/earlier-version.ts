import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator';
import { drizzle as drizzlePostgres } from 'drizzle-orm/postgres-js';
import { migrate as migratePostgres } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { type Database, openPglite, openPostgres } from '../../db/database.ts';
import { createEmptyDatabase } from './databases.ts';

const migrations = fileURLToPath(new URL('../../db/migrations', import.meta.url));

type Earlier = { open(): Promise<Database>; remove(): Promise<void> };

/** A database as it was after the first so many migrations, with these rows, not open yet. */
export const earlierKinds = {
  async pglite(count: number, rows: string): Promise<Earlier> {
    const folder = await mkdtemp(join(tmpdir(), 'dibs-earlier-'));
    const dataDir = join(folder, 'pglite');
    const client = await PGlite.create({ dataDir, extensions: { btree_gist } });
    await withFirst(count, (migrationsFolder) =>
      migratePglite(drizzlePglite(client), { migrationsFolder }),
    );
    await client.exec(rows);
    await client.close();
    const remove = () => rm(folder, { recursive: true });
    return { open: () => openPglite(dataDir), remove };
  },
  async postgres(count: number, rows: string): Promise<Earlier> {
    const url = await createEmptyDatabase();
    const client = postgres(url, { max: 1, onnotice: () => undefined });
    await withFirst(count, (migrationsFolder) =>
      migratePostgres(drizzlePostgres(client), { migrationsFolder }),
    );
    await client.unsafe(rows);
    await client.end();
    return { open: () => openPostgres(url), remove: async () => undefined };
  },
} satisfies Record<string, (count: number, rows: string) => Promise<Earlier>>;

/** A folder of migrations that ends where that version did. */
async function withFirst(count: number, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dibs-migrations-'));
  await cp(migrations, folder, { recursive: true });
  const journal = join(folder, 'meta', '_journal.json');
  const { entries, ...rest } = JSON.parse(await readFile(journal, 'utf8'));
  await writeFile(journal, JSON.stringify({ ...rest, entries: entries.slice(0, count) }));
  await work(folder);
  await rm(folder, { recursive: true });
}
