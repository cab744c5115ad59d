import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMutants, isProgram, type Mutant, mutate } from '../mutation/mutants.ts';
import { layerOf, sample } from '../mutation/sample.ts';

const aMutant = (file: string, nth: number): Mutant => ({
  ...{ id: `${file}#${nth}`, probe: nth, file, line: nth, mutator: 'BooleanLiteral' },
  ...{ start: 0, original: 'true', replacement: 'false' },
});

/** One file with most of them, as in the sources. */
const all = [
  ...Array.from({ length: 500 }, (_, nth) => aMutant('core/big.ts', nth)),
  ...Array.from({ length: 40 }, (_, file) =>
    Array.from({ length: 5 }, (_unused, nth) => aMutant(`core/small-${file}.ts`, nth)),
  ).flat(),
];
const isReal = () => true;

describe('a sample of mutants', () => {
  it('is the same for one seed, in whatever order they are found, and another for another', () => {
    const first = sample(all, { count: 60, seed: '1', isReal });
    expect(sample(all.toReversed(), { count: 60, seed: '1', isReal })).toEqual(first);
    expect(sample(all, { count: 60, seed: '2', isReal })).not.toEqual(first);
  });

  it('meets many files, and a big one three times at most', () => {
    const chosen = sample(all, { count: 60, seed: '1', isReal });
    expect(chosen).toHaveLength(60);
    expect(new Set(chosen.map(({ file }) => file)).size).toBeGreaterThan(20);
    expect(chosen.filter(({ file }) => file === 'core/big.ts')).toHaveLength(3);
  });

  it('stays when another file changes, but for what that one gains or loses', () => {
    const without = all.filter(({ file }) => file !== 'core/small-7.ts');
    const before = sample(all, { count: 60, seed: '1', isReal });
    const kept = sample(without, { count: 60, seed: '1', isReal }).map(({ id }) => id);
    const lost = before.filter(({ id }) => !kept.includes(id));
    expect(new Set(lost.map(({ file }) => file))).toEqual(new Set(['core/small-7.ts']));
  });

  it('is filled up where one is not another program', () => {
    const isOdd = ({ line }: Mutant) => line % 2 === 1;
    const chosen = sample(all, { count: 60, seed: '1', isReal: isOdd });
    expect(chosen).toHaveLength(60);
    expect(chosen.every(isOdd)).toBe(true);
  });

  it('is of three layers, without migrations, styles and what is not a source', () => {
    const files = ['core/a.ts', 'db/changes/a.ts', 'bot/a.ts', 'adapters/console/page/a.js'];
    expect(files.map(layerOf)).toEqual(['core', 'db', 'rest', 'rest']);
    const others = ['db/migrations/0.ts', 'adapters/proxy/page-style.ts', 'test/a.ts', 'bot/a.md'];
    expect(others.map(layerOf)).toEqual(others.map(() => undefined));
  });
});

describe('the mutants of a source', () => {
  const source = `import { assert } from './assert.ts';
export function paid(a: number | null, b: number, log: Console): number {
  assert(b > 0, 'never said');
  log.warn('never heard', { b });
  const emoji = /^\\p{RGI_Emoji}$/v;
  return emoji.test('x') ? b : (a ?? b) * 2;
}
`;
  let folder = '';
  let mutants: Mutant[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dibs-mutation-'));
    await writeFile(join(folder, 'paid.ts'), source);
    mutants = (await findMutants(folder, ['paid.ts'])).mutants.filter(({ id }) => id !== '');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const of = (original: string) => mutants.filter((mutant) => mutant.original === original);

  it('say where they stand, and change only that', () => {
    const [product] = of('(a ?? b) * 2');
    expect(product).toMatchObject({ file: 'paid.ts', line: 6, mutator: 'ArithmeticOperator' });
    expect(product && mutate(source, product)).toBe(
      source.replace('(a ?? b) * 2', '((a ?? b) / 2)'),
    );
  });

  it('are told apart by their probes, by whose number each is known', async () => {
    const other = `export const double = (a: number) => { if (a > 1) { return a * 3; } return 2; };\n`;
    await writeFile(join(folder, 'double.ts'), other);
    const found = await findMutants(folder, ['double.ts', 'paid.ts']);
    const probed = [...found.probed.values()].join();
    const operators = found.mutants.filter(({ mutator }) => mutator === 'ArithmeticOperator');
    expect(operators.map(({ replacement }) => replacement)).toEqual(['a / 3', '(a ?? b) / 2']);
    for (const { probe, replacement } of operators)
      expect(probed.replaceAll(/\s+/g, ' ')).toContain(`("${probe}") ? ${replacement}`);
  });

  it('are real programs', () => {
    expect(mutants.length).toBeGreaterThan(5);
    expect(mutants.filter((mutant) => !isProgram(source, mutant))).toEqual([]);
    expect(mutants.filter(({ replacement }) => replacement.includes('\\P{RGI_Emoji}'))).toEqual([]);
  });

  it('leave alone what only a log or a failed assert says', () => {
    const said = mutants.filter(({ original }) => /^('|log|\{ b \}$)/.test(original));
    expect(said.map(({ original }) => original)).toEqual(["'x'"]);
    expect(of('b > 0')).not.toEqual([]);
  });

  it('have names that a line more above does not change', async () => {
    await writeFile(join(folder, 'paid.ts'), `// A line more.\n${source}`);
    const moved = (await findMutants(folder, ['paid.ts'])).mutants.filter(({ id }) => id !== '');
    expect(moved.map(({ id }) => id)).toEqual(mutants.map(({ id }) => id));
    expect(moved.map(({ line }) => line)).toEqual(mutants.map(({ line }) => line + 1));
  });
});
