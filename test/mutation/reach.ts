import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Copy } from './copy.ts';
import { type Found, hash } from './mutants.ts';
import { runTests } from './run-tests.ts';

const known = z.record(
  z.string(),
  z.object({
    text: z.string(),
    millis: z.number(),
    /** Ids of mutants. */
    reached: z.array(z.string()),
    passes: z.boolean(),
  }),
);

/** What is known of each test file. */
export type Reach = z.infer<typeof known>;

type Asked = {
  root: string;
  testFiles: string[];
  copy: Copy;
  found: Found;
  databaseUrl: string;
  say(line: string): void;
};

/**
 * Which test file reaches which mutants, in all its processes, and how long it takes. It is kept in
 * node_modules/.cache while the sources are the same, and measured anew for test files that changed.
 */
export async function learnReach(asked: Asked): Promise<Reach> {
  const { root, copy, found, testFiles, say } = asked;
  const texts = new Map<string, string>();
  for (const file of [...found.probed.keys(), ...testFiles])
    texts.set(file, await readFile(join(root, file), 'utf8'));
  const hashOf = (file: string) => hash(texts.get(file) ?? '');
  const key = hash([...found.probed.keys()].map(hashOf).join()).slice(0, 16);
  const cache = join(root, 'node_modules/.cache/dibs');
  await mkdir(cache, { recursive: true });
  const path = join(cache, `mutants-${key}.json`);
  const kept: Reach = await readFile(path, 'utf8').then(
    (text) => known.parse(JSON.parse(text)),
    () => ({}),
  );
  const isKept = (file: string) => kept[file]?.passes && kept[file].text === hashOf(file);
  const missing = testFiles.filter((file) => !isKept(file));
  if (missing.length > 0) await placeProbes(copy, found);
  let done = 0;
  for (const files of batches(missing)) {
    for (const [file, learnt] of await measure(asked, files)) {
      kept[file] = { ...learnt, text: hashOf(file) };
      done += 1;
      const words = `${learnt.reached.length} mutants, ${learnt.millis} ms`;
      say(`${done}/${missing.length} ${file}: ${words}${learnt.passes ? '' : ', but it fails'}`);
    }
    await writeFile(path, JSON.stringify(kept));
  }
  if (missing.length > 0)
    for (const file of found.probed.keys()) await copy.write(file, texts.get(file) ?? '');
  return Object.fromEntries(Object.entries(kept).filter(([file]) => testFiles.includes(file)));
}

/** Few starts of the runner, and little lost when it is stopped. */
function batches(files: string[]): string[][] {
  const all: string[][] = [];
  for (const file of files) {
    const last = all.at(-1);
    const isNear = last?.[0] !== undefined && dirname(last[0]) === dirname(file);
    if (last && isNear && last.length < 10) last.push(file);
    else all.push([file]);
  }
  return all;
}

type Learnt = Omit<Reach[string], 'text'>;

/** Once more and alone if it fails: a busy machine is no reason to leave a file out. */
async function measure(asked: Asked, files: string[]): Promise<Map<string, Learnt>> {
  const { copy, found, databaseUrl } = asked;
  // A browser has no files to write to, so its tests are taken to reach all that runs in pages.
  const idOf = new Map(found.mutants.map(({ probe, id }) => [probe, id]));
  const inPages = found.mutants.filter(({ file }) => file.endsWith('.js')).map(({ id }) => id);
  async function run(its: string[]): Promise<[string, Learnt][]> {
    const times = { limitMillis: its.length * 1_200_000, testMillis: 300_000 };
    const { entries, reached } = await runTests(copy, { files: its, ...times, databaseUrl });
    const ends = entries.filter((entry) => entry.kind === 'ended');
    return its.map((file) => {
      const { millis = 0, passed = 0, failed = [] } = ends.find((end) => end.file === file) ?? {};
      const probes = [...(reached.get(file) ?? [])];
      const ids = probes.map((probe) => idOf.get(probe) ?? '').filter((id) => id !== '');
      const all = file.startsWith('test/browser/') ? [...ids, ...inPages] : ids;
      return [file, { millis, reached: all, passes: failed.length === 0 && passed > 0 }];
    });
  }
  const learnt = new Map(await run(files));
  for (const [file, { passes }] of learnt)
    if (!passes) for (const [, again] of await run([file])) learnt.set(file, again);
  return learnt;
}

/** Not in what browsers run. */
async function placeProbes(copy: Copy, { probed }: Found): Promise<void> {
  for (const [file, text] of probed) {
    if (!file.endsWith('.ts')) continue;
    const up = '../'.repeat(file.split('/').length - 1);
    const [, interpreter = '', code = ''] = /^(#!.*\n)?([\s\S]*)$/.exec(text) ?? [];
    await copy.write(file, `${interpreter}import '${up}test/mutation/probe.ts';\n${code}`);
  }
}
