import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSystemClock } from '../../adapters/system/clock.ts';
import { newId } from '../../adapters/system/new-id.ts';
import type { Store } from '../../core/store.ts';
import { openPglite, openPostgres } from '../../db/database.ts';
import { createStore } from '../../db/store.ts';
import { type Config, loadConfig } from '../config.ts';
import { policyOf } from '../defaults.ts';
import type { Shell } from './shell.ts';

export const inChat = `The embedded database belongs to one process. While Dibs runs on it, “/gpu audit” and “/gpu token”
in its chat do the same.`;

/** Does something on the database of the running Dibs, beside it. */
export async function withStore(
  { settings }: Shell,
  work: (store: Store) => Promise<number>,
): Promise<number> {
  const config = loadConfig(settings);
  const database = await openDatabase(config);
  const deps = { clock: createSystemClock(), newId, newSecret, policy: policyOf(config) };
  const store = createStore(database, deps);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Not to look at a wrong folder, an absent one is not made. */
function openDatabase({ databaseUrl, dataFolder }: Config) {
  if (databaseUrl !== null) return openPostgres(databaseUrl, 1);
  const folder = join(dataFolder, 'pglite');
  if (!existsSync(folder))
    throw new Error(
      `There is no database in ${dataFolder}. Start Dibs once, which makes it: npm start. If it is elsewhere, set DIBS_DATA or DATABASE_URL.`,
    );
  return openPglite(folder).catch((cause: unknown) => {
    throw new Error(`${cause instanceof Error ? cause.message : cause}\n${inChat}`, { cause });
  });
}

export function newSecret(): string {
  return randomBytes(24).toString('base64url');
}
