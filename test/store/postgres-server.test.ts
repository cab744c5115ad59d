import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const script = `
  import { startPostgres } from '${join(import.meta.dirname, '../support/postgres-server.ts')}';
  const { url } = await startPostgres(['fsync=off', 'application_name=' + process.argv[1]]);
  process.stdout.write(url);
  setInterval(() => {}, 1000);
`;

/** Command lines of all processes. */
async function commandLines(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
}

it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'a server of the tests and its folder are gone when their process ends by %s',
  async (signal) => {
    const mark = `dibs-${signal}-${process.pid}`;
    const words = ['--input-type=module', '-e', script, mark];
    const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
    const child = spawn(process.execPath, words, { stdio, detached: true });
    await once(child.stdout, 'data');
    const serverOf = async () => (await commandLines()).find((line) => line.includes(`=${mark}`));
    const folder = /\/dibs-postgres-\w+/.exec((await serverOf()) ?? '')?.[0] ?? '';
    expect(folder).not.toBe('');
    // As Ctrl-C does: to the whole group.
    process.kill(-(child.pid ?? 0), signal);
    await expect.poll(serverOf, { timeout: 30_000 }).toBeUndefined();
    const left = () => readdir('/tmp').then((names) => names.includes(folder.slice(1)));
    await expect.poll(left, { timeout: 30_000 }).toBe(false);
  },
);
