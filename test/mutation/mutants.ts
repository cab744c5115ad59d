import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';

export type Mutant = {
  /** Says the same mutant as long as its file and its text stay. Empty for what is left out. */
  id: string;
  /** The number by which its probe says that it was reached. */
  probe: number;
  file: string;
  line: number;
  mutator: string;
  /** Where the original stands in the file's text. */
  start: number;
  original: string;
  replacement: string;
};

export type Found = {
  mutants: Mutant[];
  /** The sources with a probe at each mutant, by file. A probe says the mutant's number. */
  probed: Map<string, string>;
};

/**
 * All mutants of these files, by Stryker's mutators. Types and imports have none, by Stryker itself.
 * What goes to the log is not a guarantee, nor what an assert says that never fails.
 */
export async function findMutants(root: string, files: string[]): Promise<Found> {
  const texts = new Map<string, string>();
  for (const file of files) texts.set(file, await readFile(join(root, file), 'utf8'));
  const sources = [...texts].map(([name, content]) => ({ name, content, mutate: true }));
  const options = { plugins: null, excludedMutations: [], ignorers: [{ shouldIgnore }] };
  const { mutants, files: printed } = await new Instrumenter(silent).instrument(sources, options);
  const seen = new Map<string, number>();
  return {
    mutants: mutants.map((mutant) => {
      const text = texts.get(mutant.fileName) ?? '';
      const start = offsetOf(text, mutant.location.start);
      const original = text.slice(start, offsetOf(text, mutant.location.end));
      const { fileName: file, mutatorName: mutator, replacement } = mutant;
      const change = [file, mutator, original, replacement].join('\0');
      const nth = seen.get(change) ?? 0;
      seen.set(change, nth + 1);
      const isLeftOut = mutant.status === 'Ignored' || isBroken(mutant);
      const id = isLeftOut ? '' : hash(`${change}\0${nth}`).slice(0, 8);
      const line = mutant.location.start.line + 1;
      // Not its place in the list: Stryker counts mutants too that it then leaves out.
      const probe = Number(mutant.id);
      return { id, probe, file, line, mutator, start, original, replacement };
    }),
    probed: new Map(
      printed.map(({ name, content }) => [
        name,
        mutants
          .filter((mutant) => mutant.fileName === name && isBroken(mutant))
          .reduce((text, { replacement }) => text.replaceAll(replacement, '/./'), content),
      ]),
    ),
  };
}

/** The file's text with the mutant in it. */
export function mutate(text: string, { mutator, start, original, replacement }: Mutant): string {
  // In the middle of a longer expression an operator must not bind to its neighbours.
  const isOperator = /Operator|Expression/.test(mutator) && !/^(case\b|default\b)/.test(original);
  const changed = isOperator && !atomic.test(replacement) ? `(${replacement})` : replacement;
  return text.slice(0, start) + changed + text.slice(start + original.length);
}

/** Some patterns that Stryker makes are none: with one, the whole file cannot be loaded. */
function isBroken({ mutatorName, replacement }: { mutatorName: string; replacement: string }) {
  const [, pattern = '', flags = ''] = /^\/(.*)\/(\w*)$/s.exec(replacement) ?? [];
  if (mutatorName !== 'Regex' || pattern === '') return false;
  try {
    new RegExp(pattern, flags);
    return false;
  } catch {
    return true;
  }
}

/** Whether it is another program at all. */
export function isProgram(text: string, mutant: Mutant): boolean {
  try {
    const stripped = stripTypeScriptTypes(mutate(text, mutant));
    return stripped !== stripTypeScriptTypes(text);
  } catch {
    return false;
  }
}

export function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const atomic = /^(\w+|\{\}|;)$/;

function offsetOf(text: string, { line, column }: { line: number; column: number }): number {
  let start = 0;
  for (let passed = 0; passed < line; passed += 1) start = text.indexOf('\n', start) + 1;
  return start + column;
}

/** The part of Babel's paths that is looked at. */
type Path = {
  node: { type: string; callee?: Callee; expression?: { callee?: Callee } };
  parent: { type: string; callee?: Callee };
  listKey?: string;
  key?: string | number | null;
};
type Callee = { type: string; name?: string; object?: Callee; property?: Callee };

function shouldIgnore(path: object): string | undefined {
  const { node, parent, listKey, key } = path as Path;
  if (isLog(node.callee) || isLog(node.expression?.callee)) return 'log';
  const isSaid = listKey === 'arguments' && key !== 0;
  return isSaid && parent.callee?.name === 'assert' ? 'what an assert says' : undefined;
}

function isLog(callee: Callee | undefined): boolean {
  const object = callee?.object;
  const name = object?.property?.name ?? object?.name;
  return name === 'log' && /^(debug|info|warn|error)$/.test(callee?.property?.name ?? '');
}

const silent = {
  ...{ isTraceEnabled: () => false, isDebugEnabled: () => false, isInfoEnabled: () => false },
  ...{ isWarnEnabled: () => false, isErrorEnabled: () => false, isFatalEnabled: () => false },
  ...{ trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {} },
};
