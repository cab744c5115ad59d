import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
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
    const unfinished = `${path}.${randomUUID()}`;
    await mkdir(cache, { recursive: true });
    await writeFile(unfinished, made);
    // Test files that run at once make it at once, and read it whole or not at all.
    await rename(unfinished, path);
    return made;
  }
}

async function makeSnapshot(): Promise<Uint8Array<ArrayBuffer>> {
  const client = await createPglite({});
  await migrate(drizzle(client), { migrationsFolder });
  const dump = await client.dumpDataDir('none');
  await client.close();
  return new Uint8Array(await dump.arrayBuffer());
}

/** Another one after each change of the migrations or of a package. */
async function versionOf(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(repository, 'package-lock.json')));
  const names = await readdir(migrationsFolder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).sort())
    hash.update(await readFile(path));
  return hash.digest('hex').slice(0, 16);
}
