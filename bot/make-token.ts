import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createSystemClock } from '../adapters/system/clock.ts';
import { newId } from '../adapters/system/new-id.ts';
import { openPglite, openPostgres } from '../db/database.ts';
import { createStore } from '../db/store.ts';
import { loadConfig } from './config.ts';
import { policyOf } from './defaults.ts';
import { hashOfToken } from './token-hash.ts';

/** `npm run token -- alice`: a token for somebody, where there is no chat yet to ask for it in. */
async function makeToken(name: string): Promise<string> {
  const config = loadConfig();
  const database =
    config.databaseUrl === null
      ? await openPglite(join(config.dataFolder, 'pglite'))
      : await openPostgres(config.databaseUrl, 1);
  const newSecret = () => randomBytes(24).toString('base64url');
  const deps = { clock: createSystemClock(), newId, newSecret, policy: policyOf(config) };
  const store = createStore(database, deps);
  try {
    const person = await store.personOf('api', name, '');
    if (person === null) throw new Error(`There is no ${name}. Dibs knows people once it has run.`);
    const token = `dibs_${newSecret()}`;
    await store.addToken(person.id, hashOfToken(token));
    return token;
  } finally {
    await store.close();
  }
}

const [name] = process.argv.slice(2);
try {
  if (name === undefined) throw new Error('Say for whom: npm run token -- alice');
  process.stdout.write(`${await makeToken(name)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
