import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Copy } from './copy.ts';
import type { Entry } from './journal.ts';

export type Run = {
  /** In this order. */
  files: string[];
  /** After so much the run is ended; a single test after its part of it. */
  limitMillis: number;
  testMillis: number;
  workers?: number;
  /** Only the test of this full name. */
  test?: string;
  untilFailure?: boolean;
  databaseUrl: string;
};

/** What a run came to, with the mutants that each file reached by their probes. */
export type Ran = {
  entries: Entry[];
  reached: Map<string, Set<number>>;
  failed: { file: string; test: string } | undefined;
  /** Null if it came to its end. */
  trouble: 'time' | 'set-up' | 'unhandled error' | null;
  said: string;
};

/** Runs test files in the copy. The exit code says nothing: the journal does. */
export async function runTests(copy: Copy, run: Run): Promise<Ran> {
  const journal = join(copy.root, '../journal');
  await writeFile(journal, '');
  const { files, workers = 1, testMillis } = run;
  const child = spawn(process.execPath, words(run), {
    cwd: copy.root,
    env: {
      ...process.env,
      DATABASE_URL: run.databaseUrl,
      TMPDIR: copy.temporary,
      MUTANT_RUN: JSON.stringify({ files, workers, testMillis }),
    },
    // A group of its own: what tests started and lost ends with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      said = `${said}${text}`.slice(-4000);
    });
  let isLate = false;
  const endAll = () => endGroup(child.pid);
  const deadline = setTimeout(() => {
    isLate = true;
    endAll();
  }, run.limitMillis);
  process.prependOnceListener('exit', endAll);
  await once(child, 'exit');
  clearTimeout(deadline);
  process.off('exit', endAll);
  endAll();
  await rm(copy.temporary, { recursive: true, force: true, maxRetries: 5 });
  await mkdir(copy.temporary);
  const { entries, reached } = read(await readFile(journal, 'utf8'));
  const failed = entries.flatMap((entry) =>
    entry.kind === 'ended' && entry.failed[0] !== undefined
      ? [{ file: entry.file, test: entry.failed[0] }]
      : [],
  )[0];
  return { entries, reached, failed, trouble: isLate ? 'time' : troubleOf(entries), said };
}

function words({ files, test, untilFailure }: Run): string[] {
  const pattern = test?.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return [
    ...['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/mutation/vitest.config.ts'],
    ...(untilFailure ? ['--bail', '1'] : []),
    ...(pattern ? ['--testNamePattern', `^${pattern}$`] : []),
    ...files,
  ];
}

function troubleOf(entries: Entry[]): Ran['trouble'] {
  const over = entries.find((entry) => entry.kind === 'over');
  if (over === undefined || !entries.some(({ kind }) => kind === 'queued')) return 'set-up';
  return over.errors.length > 0 ? 'unhandled error' : null;
}

function read(journal: string): Pick<Ran, 'entries' | 'reached'> {
  const entries: Entry[] = [];
  const reached = new Map<string, Set<number>>();
  let current = new Set<number>();
  for (const line of journal.split('\n')) {
    if (/^\d+$/.test(line)) current.add(Number(line));
    if (!line.startsWith('{')) continue;
    const entry: Entry = JSON.parse(line);
    entries.push(entry);
    if (entry.kind === 'queued') {
      current = reached.get(entry.file) ?? new Set();
      reached.set(entry.file, current);
    }
  }
  return { entries, reached };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
