import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Copy } from './copy.ts';
import type { Mutant } from './mutants.ts';
import type { Reach } from './reach.ts';
import { type Ran, runTests } from './run-tests.ts';

export type Verdict =
  | { state: 'killed'; by: string }
  /** By the files tried, which reach it. Those left out would take too long. */
  | { state: 'survived'; tried: string[]; leftOut: string[] };

export type Bench = {
  copy: Copy;
  mutants: Mutant[];
  reach: Reach;
  databaseUrl: string;
  workers: number;
  /** What the tests of one mutant may take together, by the times measured. */
  mostMillis: number;
};

/** Says whether any test notices that mutant. Files that are most about its source come first. */
export async function tryMutant(bench: Bench, mutant: Mutant): Promise<Verdict> {
  const { tried, leftOut } = testsOf(bench, mutant);
  for (const files of batches(bench, tried)) {
    const by = await runBatch(bench, mutant, files);
    if (by !== undefined) return { state: 'killed', by };
  }
  const refusal = await bench.copy.with(mutant, () => typeError(bench.copy));
  if (refusal !== undefined) return { state: 'killed', by: `types: ${refusal}` };
  return { state: 'survived', tried, leftOut };
}

/**
 * Test files by what they cost for how much of them is about the mutant's file. Those that fail
 * without any mutant cannot tell.
 */
function testsOf({ reach, mutants, mostMillis }: Bench, mutant: Mutant) {
  const near = new Set(mutants.filter(({ file }) => file === mutant.file).map(({ id }) => id));
  const price = new Map<string, number>();
  for (const [file, { reached, passes, millis }] of Object.entries(reach))
    if (passes && reached.includes(mutant.id))
      price.set(file, (millis * reached.length) / reached.filter((id) => near.has(id)).length);
  const files = [...price].toSorted(([, a], [, b]) => a - b).map(([file]) => file);
  const [tried, leftOut]: [string[], string[]] = [[], []];
  let left = mostMillis;
  for (const file of files) {
    left -= millisOf(reach, [file]);
    (left >= 0 ? tried : leftOut).push(file);
  }
  return { tried, leftOut };
}

/** The first is quick; they grow, as the hope shrinks that one ends early. */
function batches({ reach }: Bench, files: string[]): string[][] {
  const all: string[][] = [];
  let [batch, most]: [string[], number] = [[], 20_000];
  for (const file of files) {
    const isServed = !isUnit(file);
    const isMixed = batch.length > 0 && isUnit(batch[0] ?? '') === isServed;
    if (isMixed || (batch.length > 0 && millisOf(reach, [...batch, file]) > most)) {
      all.push(batch);
      [batch, most] = [[], most * 2];
    }
    batch.push(file);
  }
  return batch.length > 0 ? [...all, batch] : all;
}

/** Says what noticed the mutant, twice: tests can fail for another reason, such as a busy machine. */
async function runBatch(
  bench: Bench,
  mutant: Mutant,
  files: string[],
): Promise<string | undefined> {
  let pending = files;
  while (pending.length > 0) {
    const ran = await bench.copy.with(mutant, () => run(bench, pending));
    const suspect = suspectOf(ran, pending);
    if (suspect === undefined) return undefined;
    const { file, test, how } = suspect;
    const said = `${file}${test ? ` › ${test}` : ''}${how ? ` (${how})` : ''}`;
    if (isUnit(file) && test) return said;
    const again = await bench.copy.with(mutant, () => run(bench, [file], test));
    const isBadAgain = suspectOf(again, [file]) !== undefined;
    if (isBadAgain && suspectOf(await run(bench, [file], test), [file]) === undefined) return said;
    const passed = new Set(
      ran.entries.map((entry) =>
        entry.kind === 'ended' && entry.failed.length === 0 ? entry.file : '',
      ),
    );
    pending = pending.filter((other) => other !== file && !passed.has(other));
  }
  return undefined;
}

type Suspect = { file: string; test?: string; how?: string };

function suspectOf({ failed, trouble, entries }: Ran, files: string[]): Suspect | undefined {
  if (failed !== undefined) return failed;
  if (trouble === null) return undefined;
  const ended = new Set(entries.map((entry) => (entry.kind === 'ended' ? entry.file : '')));
  const file = files.find((each) => !ended.has(each)) ?? files[0] ?? '';
  return { file, how: trouble };
}

/** With generous limits: what is slow on a busy machine is not dead. */
function run(
  { copy, reach, databaseUrl, workers }: Bench,
  files: string[],
  test = '',
): Promise<Ran> {
  const slowest = Math.max(...files.map((file) => millisOf(reach, [file])));
  return runTests(copy, {
    files,
    test,
    workers,
    databaseUrl,
    untilFailure: true,
    testMillis: 60_000 + 3 * slowest,
    limitMillis: 120_000 + 4 * millisOf(reach, files),
  });
}

/** The gate has the types checked too, and takes no source that they refuse. */
function typeError({ root }: Copy): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { cwd: root, timeout: 300_000 };
    execFile(join(root, 'node_modules/.bin/tsc'), options, (error, said) => {
      const [first = ''] = said.split('\n').filter((line) => line.includes('error TS'));
      resolve(error === null || first === '' ? undefined : first);
    });
  });
}

function millisOf(reach: Reach, files: string[]): number {
  return files.reduce((sum, file) => sum + (reach[file]?.millis ?? 0), 0);
}

const isUnit = (file: string) => file.startsWith('test/unit/');
