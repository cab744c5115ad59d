#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSystemClock } from '../adapters/system/clock.ts';
import { newId } from '../adapters/system/new-id.ts';
import type { Store } from '../core/store.ts';
import { openPglite, openPostgres } from '../db/database.ts';
import { createStore } from '../db/store.ts';
import { type Config, ConfigMistakes, loadConfig } from './config.ts';
import { policyOf } from './defaults.ts';
import { renderCheck } from './render/check.ts';
import { plainText } from './render/words.ts';
import { hashOfToken } from './token-hash.ts';

const inChat = `The embedded database belongs to one process. While Dibs runs on it, “/gpu audit” and “/gpu token”
in its chat do the same.`;
/** `npx dibs`: what is done beside the running process, on its database. */
const usage = `Usage:
  npx dibs audit          Recompute every balance, charge and grant, and list what differs.
                          Exit status: 0 nothing differs, 1 something does, 2 it could not look.
  npx dibs token <name>   Make a token for somebody, where there is no chat to ask for it in.
                          An earlier one ends.

They read the same settings as Dibs: DATABASE_URL, or else the folder DIBS_DATA.
${inChat}
`;
const [isFine, differs, failed] = [0, 1, 2];

async function main([command, ...rest]: readonly string[]): Promise<number> {
  const [name, ...more] = rest;
  if (['help', '--help', '-h'].includes(command ?? '') || name === '--help') {
    process.stdout.write(usage);
    return isFine;
  }
  if (command === 'audit' && name === undefined) return withStore(audit);
  if (command === 'token' && name !== undefined && more.length === 0)
    return withStore((store) => makeToken(store, name));
  const typed = [command, ...rest].filter((word) => word !== undefined).join(' ');
  process.stderr.write(typed === '' ? usage : `I do not understand “${typed}”.\n${usage}`);
  return failed;
}

async function audit(store: Store): Promise<number> {
  const size = await store.bookSize();
  if (size.accounts === 0) throw new Error('No Dibs has run on this database yet.');
  const differences = await store.checkBook();
  process.stdout.write(`${plainText(renderCheck(differences, size))}\n`);
  return differences.length === 0 ? isFine : differs;
}

async function makeToken(store: Store, name: string): Promise<number> {
  const person = await store.personOf('api', name, '');
  if (person === null) throw new Error(`There is no ${name}. Dibs knows people once it has run.`);
  const token = `dibs_${newSecret()}`;
  await store.addToken(person.id, hashOfToken(token));
  process.stdout.write(`${token}\n`);
  return isFine;
}

async function withStore(work: (store: Store) => Promise<number>): Promise<number> {
  const config = loadConfig();
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
    throw new Error(`There is no database in ${dataFolder}. Set DIBS_DATA or DATABASE_URL.`);
  return openPglite(folder).catch((cause: unknown) => {
    throw new Error(`${wordsOf(cause)}\n${inChat}`, { cause });
  });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function newSecret(): string {
  return randomBytes(24).toString('base64url');
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const lines = error instanceof ConfigMistakes ? error.mistakes : [wordsOf(error)];
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
  process.exitCode = failed;
}
