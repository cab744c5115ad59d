import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { type Database, migrationsFolder } from '../../db/database.ts';
import { createPglite } from '../../db/pglite-client.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(repository, 'node_modules', '.cache', 'dibs');

/**
 * The embedded database in memory, with its tables. To initialise and migrate one takes four times
 * as long as to load it, so the first one is kept for all test files and runs.
 */
export async function openSnapshot(): Promise<Database> {
  const client = await createPglite({ loadDataDir: new Blob([await readSnapshot()]) });
  const db = drizzle(client);
  return { db, apart: db, kind: 'pglite', close: () => client.close() };
}

async function readSnapshot(): Promise<Uint8Array<ArrayBuffer>> {
  const path = join(cache, `pglite-${await versionOf()}.tar`);
  try {
    return await readFile(path);
  } catch {
    const made = await makeSnapshot();
    // It is kept only where the cache is ours: an earlier run may have been root's.
    await keep(path, made).catch(() => undefined);
    return made;
  }
}

/** Test files that run at once make it at once, and read it whole or not at all. */
async function keep(path: string, made: Uint8Array): Promise<void> {
  const unfinished = `${path}.${randomUUID()}`;
  await mkdir(cache, { recursive: true });
  const earlier = (await readdir(cache)).filter((name) => /^pglite-\w+\.tar$/.test(name));
  await writeFile(unfinished, made);
  await rename(unfinished, path);
  await Promise.all(earlier.map((name) => rm(join(cache, name), { force: true })));
}

async function makeSnapshot(): Promise<Uint8Array<ArrayBuffer>> {
  const client = await createPglite({});
  await migrate(drizzle(client), { migrationsFolder });
  const dump = await client.dumpDataDir('none');
  await client.close();
  return new Uint8Array(await dump.arrayBuffer());
}

/** Another one after each change of the migrations, of a package, or of what makes it. */
async function versionOf(): Promise<string> {
  const hash = createHash('sha256');
  for (const path of ['package-lock.json', 'db/pglite-client.ts', 'db/database.ts'])
    hash.update(await readFile(join(repository, path)));
  const names = await readdir(migrationsFolder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).sort())
    hash.update(await readFile(path));
  return hash.digest('hex').slice(0, 16);
}
