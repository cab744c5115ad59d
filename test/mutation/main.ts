import { appendFile, readFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { listFiles } from '../support/list-files.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { copyProject } from './copy.ts';
import { findMutants, isProgram, type Mutant } from './mutants.ts';
import { learnReach } from './reach.ts';
import { layerOf, layers, sample } from './sample.ts';
import { tryMutant, type Verdict } from './trial.ts';
import { change, inWords, place, scores, survivor, table } from './words.ts';

const help = `npm run mutants -- [options]

Changes the sources at random places and says which changes no test notices.

  --layer LAYER      core, db or rest (bot and adapters); all by default
  --count N          mutants of each layer, 60 by default
  --seed TEXT        which ones, "1" by default
  --only MUTANT      only that one: its id, or FILE:LINE; may be repeated
  --least SHARE      what must be killed in each layer, 0.9 by default
  --workers N        test files at once, 1 by default
  --minutes N        what the tests of one mutant may take, 10 by default
  --survivors FILE   adds survivors to that file as they come
  --list             only lists the mutants
`;

const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    layer: { type: 'string', multiple: true, default: [...layers] },
    count: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
    least: { type: 'string', default: '0.9' },
    workers: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '10' },
    survivors: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});

/** The architecture tests read sources; they don't test behaviour. */
const folders = ['unit', 'contract', 'store', 'adapters', 'e2e', 'browser', 'engine'];
const left = process.env['DIBS_TEST_ENGINE'] === 'off' ? ['engine'] : [];
const isTest = (file: string) =>
  file.endsWith('.test.ts') &&
  folders.some((folder) => !left.includes(folder) && file.startsWith(`test/${folder}/`));

const root = fileURLToPath(new URL('../..', import.meta.url));
const say = (line: string) => process.stdout.write(`${line}\n`);

if (options.help) say(help);
else process.exitCode = (await main()) ? 0 : 1;
process.exit();

async function main(): Promise<boolean> {
  // It takes long, so it yields to whatever else the machine does.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const files = await listFiles(root);
  const found = await findMutants(
    root,
    files.filter((file) => layerOf(file) !== undefined),
  );
  const chosen = await choose(found.mutants);
  if (options.list) {
    for (const mutant of chosen) say(`${place(mutant)}\n${change(mutant)}`);
    return true;
  }
  const server = await startPostgres();
  const copy = await copyProject(root, files);
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  try {
    const testFiles = files.filter(isTest);
    const databaseUrl = server.url;
    const reach = await learnReach({ root, testFiles, copy, found, databaseUrl, say });
    const bench = {
      ...{ copy, reach, databaseUrl, mutants: found.mutants },
      ...{ workers: Number(options.workers), mostMillis: Number(options.minutes) * 60_000 },
    };
    const verdicts = new Map<Mutant, Verdict>();
    for (const [nth, mutant] of chosen.entries()) {
      const verdict = await tryMutant(bench, mutant);
      verdicts.set(mutant, verdict);
      say(`${nth + 1}/${chosen.length} ${place(mutant)}: ${inWords(verdict)}`);
      if (verdict.state === 'survived' && options.survivors)
        await appendFile(options.survivors, survivor(mutant, verdict));
    }
    return conclude(verdicts);
  } finally {
    await server.stop();
  }
}

async function choose(mutants: Mutant[]): Promise<Mutant[]> {
  const { only, layer: asked, count, seed } = options;
  if (only)
    return mutants.filter(
      (each) => only.includes(each.id) || only.includes(`${each.file}:${each.line}`),
    );
  const texts = new Map<string, string>();
  for (const { file } of mutants)
    if (!texts.has(file)) texts.set(file, await readFile(join(root, file), 'utf8'));
  const isReal = (mutant: Mutant) => isProgram(texts.get(mutant.file) ?? '', mutant);
  return layers
    .filter((layer) => asked.includes(layer))
    .flatMap((layer) => {
      const its = mutants.filter(({ id, file }) => id !== '' && layerOf(file) === layer);
      return sample(its, { count: Number(count), seed, isReal });
    });
}

function conclude(verdicts: Map<Mutant, Verdict>): boolean {
  for (const [mutant, verdict] of verdicts) {
    const words = survivor(mutant, verdict);
    if (words !== '') say(`\n${words.trimEnd()}`);
  }
  const rows = scores(verdicts);
  say(`\n${table(rows)}`);
  return rows.length > 0 && rows.every(({ score }) => score >= Number(options.least));
}
