import { hash, type Mutant } from './mutants.ts';

export const layers = ['core', 'db', 'rest'] as const;
export type Layer = (typeof layers)[number];

/** Pictures and the styles of pages are seen by people, not by tests. */
const unmutated = [/^db\/migrations\//, /-style\.ts$/, /^adapters\/console\/icons\.ts$/];

export function layerOf(file: string): Layer | undefined {
  if (!/\.[jt]s$/.test(file) || unmutated.some((pattern) => pattern.test(file))) return undefined;
  const [folder = ''] = file.split('/');
  if (folder === 'core' || folder === 'db') return folder;
  return folder === 'bot' || folder === 'adapters' ? 'rest' : undefined;
}

type Wanted = { count: number; seed: string; isReal(mutant: Mutant): boolean };

/**
 * As many mutants as asked for, the same ones for one seed. A change elsewhere in the sources does
 * not change the choice. A file gives a twentieth of them at most, so that many files are met.
 */
export function sample(mutants: Mutant[], { count, seed, isReal }: Wanted): Mutant[] {
  const most = Math.max(1, Math.ceil(count / 20));
  const taken = new Map<string, number>();
  const ranked = mutants.map((mutant) => ({ mutant, rank: hash(`${seed}\0${mutant.id}`) }));
  const chosen: Mutant[] = [];
  for (const { mutant } of ranked.toSorted((a, b) => (a.rank < b.rank ? -1 : 1))) {
    const already = taken.get(mutant.file) ?? 0;
    if (chosen.length >= count || already >= most || !isReal(mutant)) continue;
    taken.set(mutant.file, already + 1);
    chosen.push(mutant);
  }
  return chosen;
}
