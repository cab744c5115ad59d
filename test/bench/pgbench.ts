import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { databaseUrl } from '../support/postgres-server.ts';

const run = promisify(execFile);
/** Where Debian keeps those of its programs that are not on the path. */
const debianFolder = '/usr/lib/postgresql';

/**
 * Postgres's own benchmark in a database of its own, with more branches than there are clients:
 * on fewer they would wait for each other's branch.
 */
export async function openPgbench(serverUrl: string, { branches }: { branches: number }) {
  const program = await findPgbench();
  const admin = postgres(serverUrl, { max: 1, onnotice: () => undefined });
  await admin`create database pgbench`;
  await admin.end();
  const url = databaseUrl(serverUrl, 'pgbench');
  await run(program, ['--initialize', '--quiet', '--scale', String(branches), url]);
  return {
    /** Transactions a second of the TPC-B-like script, the default one. */
    async transactionsPerSecond({ clients, seconds }: { clients: number; seconds: number }) {
      const counts = ['--client', String(clients), '--jobs', '1', '--time', String(seconds)];
      const { stdout } = await run(program, ['--no-vacuum', '--protocol=prepared', ...counts, url]);
      const [, tps] = /^tps = ([\d.]+)/m.exec(stdout) ?? [];
      if (tps === undefined) throw new Error(`pgbench said no tps: ${stdout}`);
      return Number(tps);
    },
  };
}

async function findPgbench(): Promise<string> {
  const versions = existsSync(debianFolder) ? await readdir(debianFolder) : [];
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a));
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...newestFirst.map((version) => join(debianFolder, version, 'bin')),
  ];
  const found = folders.map((folder) => join(folder, 'pgbench')).find((path) => existsSync(path));
  if (found === undefined)
    throw new Error('pgbench is not here. On Debian: apt-get install postgresql');
  return found;
}
