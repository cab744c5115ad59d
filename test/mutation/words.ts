import type { Mutant } from './mutants.ts';
import { layerOf, layers } from './sample.ts';
import type { Verdict } from './trial.ts';

export function place({ id, file, line, mutator }: Mutant): string {
  return `${id} ${file}:${line} ${mutator}`;
}

export function change({ original, replacement }: Mutant): string {
  const marked = (mark: string, text: string) => text.replace(/^/gm, `    ${mark} `);
  return `${marked('-', original)}\n${marked('+', replacement)}`;
}

export function inWords(verdict: Verdict): string {
  if (verdict.state === 'killed') return `killed by ${verdict.by}`;
  const { tried, leftOut } = verdict;
  if (tried.length + leftOut.length === 0) return 'SURVIVED: no test reaches it';
  const rest = leftOut.length > 0 ? `, and ${leftOut.length} slow ones were not tried` : '';
  return `SURVIVED ${tried.length} test files${rest}`;
}

/** A survivor in full, with the test files that reach it: those most about it first. */
export function survivor(mutant: Mutant, verdict: Verdict): string {
  if (verdict.state === 'killed') return '';
  const files = [...verdict.tried, ...verdict.leftOut].slice(0, 8);
  const tests = files.map((file) => `    ${file}\n`).join('');
  return `${place(mutant)}\n${change(mutant)}\n  ${inWords(verdict)}\n${tests}\n`;
}

export type Score = { layer: string; killed: number; survived: number; score: number };

export function scores(verdicts: Map<Mutant, Verdict>): Score[] {
  return layers.flatMap((layer) => {
    const its = [...verdicts].filter(([{ file }]) => layerOf(file) === layer);
    const killed = its.filter(([, { state }]) => state === 'killed').length;
    const survived = its.length - killed;
    return its.length > 0 ? [{ layer, killed, survived, score: killed / its.length }] : [];
  });
}

export function table(rows: Score[]): string {
  const lines = rows.map(({ layer, killed, survived, score }) => [
    ...[layer, String(killed), String(survived), `${(score * 100).toFixed(1)} %`],
  ]);
  return [['layer', 'killed', 'survived', 'score'], ...lines]
    .map((cells) =>
      cells
        .map((cell) => cell.padEnd(10))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}
