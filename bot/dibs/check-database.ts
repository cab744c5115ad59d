import { access, constants } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { clockReading } from '../../core/clock-reading.ts';
import { bad, type Finding, good, note } from '../../core/finding.ts';
import { type DatabaseLook, lookAtPglite, lookAtPostgres } from '../../db/look.ts';
import type { Config } from '../config.ts';
import type { Look } from './look.ts';

const subject = 'Database';
const leastMajor = 15;

export function checkDatabase({ databaseUrl, dataFolder }: Config): Promise<Look> {
  return databaseUrl === null ? checkFolder(dataFolder) : checkServer(databaseUrl);
}

async function checkServer(url: string): Promise<Look> {
  const { hostname, port, pathname } = new URL(url);
  const where = `${hostname}:${port || 5432}${pathname}`;
  try {
    const look = await lookAtPostgres(url);
    const clocks = [clockReading('the database', look.now, look)];
    return { findings: [databaseFinding(look, `at ${where}`)], clocks };
  } catch (error) {
    return { findings: [unreached(error, where)], clocks: [] };
  }
}

async function checkFolder(folder: string): Promise<Look> {
  const only = (found: Finding): Look => ({ findings: [found], clocks: [] });
  const locked = await lockedOut(folder);
  if (locked !== null)
    return only(
      bad(subject, `${locked} cannot be written to`, 'Give its user leave, or set DIBS_DATA.'),
    );
  const look = await lookAtPglite(join(folder, 'pglite'));
  if (look === 'in use')
    return only(good(subject, `embedded in ${folder}, in use by a running Dibs`));
  if (look === 'absent')
    return only(note(subject, `embedded in ${folder}, which the first start makes`));
  return only(databaseFinding(look, `embedded in ${folder}`));
}

/** The folder, or the nearest above it that is there, where this user may not write. */
async function lockedOut(folder: string): Promise<string | null> {
  try {
    await access(folder, constants.W_OK);
    return null;
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isAbsent ? lockedOut(dirname(folder)) : folder;
  }
}

export function databaseFinding(look: DatabaseLook, where: string): Finding {
  const { missing, migrations, isNewer } = look;
  const major = Math.floor(look.version / 10_000);
  const what = `Postgres ${major}.${look.version % 10_000} ${where}`;
  if (major < leastMajor)
    return bad(subject, `${what} is too old`, `Dibs needs Postgres ${leastMajor} or newer.`);
  if (isNewer) return bad(subject, `${what} is of a newer Dibs than this one`, 'Update this Dibs.');
  if (missing === migrations)
    return note(subject, `${what} is empty; the first start makes its tables`);
  if (missing === 0) return good(subject, `${what}, up to date`);
  const behind = `${missing} ${missing === 1 ? 'migration' : 'migrations'} behind`;
  return note(subject, `${what} is ${behind}; the next start brings it up to date`);
}

const advice: Readonly<Record<string, string>> = {
  '28P01': 'Correct the password in DATABASE_URL.',
  '28000': 'Postgres does not let this user in: correct DATABASE_URL, or its pg_hba.conf.',
  '3D000': 'Make the database, with “createdb”, or correct its name in DATABASE_URL.',
};

/** The driver's own error is inside that of the layer above it. */
function unreached(error: unknown, where: string): Finding {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const said = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const text = `no Postgres at ${where}: ${said}`;
  return bad(subject, text, advice[code] ?? 'Start it, or correct DATABASE_URL.');
}
