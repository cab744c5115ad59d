import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** One file of tests, as it ran. */
export type RanFile = {
  path: string;
  /** From the import to the last hook. */
  seconds: number;
  /** Why the file as a whole failed, such as an import or a hook that threw. */
  errors: readonly string[];
  tests: readonly RanTest[];
};
export type RanTest = { name: string; state: 'passed' | 'failed' | 'skipped'; seconds: number };

/** A suite is a folder of `test/`; all of these have to run. */
export const suites = [
  'unit',
  'contract',
  'store',
  'adapters',
  'e2e',
  'browser',
  'engine',
  'clone',
] as const;

const slowestCount = 20;

/**
 * Writes the verdict on a run to a file: the time of each suite, the slowest tests, and a last
 * line that counts as failed whatever a green run must not have: a test that was skipped, a file
 * that broke, a suite that did not run, an error outside of any test.
 */
export function createVerdictReporter(
  path: string,
  requiredSuites: readonly string[] = suites,
): Reporter {
  return {
    onTestRunEnd(modules, unhandled) {
      const outside = unhandled.map(({ message }) => message);
      writeFileSync(path, verdictOn(modules.map(toRanFile), { outside, requiredSuites }));
    },
  };
}

export function verdictOn(
  files: readonly RanFile[],
  { outside, requiredSuites }: { outside: readonly string[]; requiredSuites: readonly string[] },
): string {
  const tests = files.flatMap((file) => file.tests);
  const countOf = (wanted: RanTest['state']) =>
    tests.filter(({ state }) => state === wanted).length;
  const ran = new Set(files.filter(hasRun).map(suiteOf));
  const complaints = [
    ...requiredSuites.filter((suite) => !ran.has(suite)).map((suite) => `${suite}: did not run`),
    ...files.flatMap(({ path, errors }) => errors.map((error) => `${path}: ${error}`)),
    ...files.flatMap(({ path, tests: own }) =>
      own.flatMap(({ name, state }) => (state === 'skipped' ? [`${path}: skipped: ${name}`] : [])),
    ),
    ...outside.map((message) => `outside of any test: ${message}`),
  ];
  const failed = countOf('failed') + complaints.length + (tests.length === 0 ? 1 : 0);
  const lines = [
    ...timesOf(files),
    '',
    ...slowestOf(files),
    '',
    ...complaints,
    `${countOf('passed')} passed, ${failed} failed`,
  ];
  return `${lines.join('\n')}\n`;
}

function hasRun({ tests }: RanFile): boolean {
  return tests.some(({ state }) => state !== 'skipped');
}

/** `store` of `test/store/start.test.ts`; files of `test/` itself are of no suite. */
function suiteOf({ path }: RanFile): string {
  const [, suite = '', file] = path.split('/');
  return file === undefined ? '(test)' : suite;
}

function timesOf(files: readonly RanFile[]): string[] {
  const names = [...new Set(files.map(suiteOf))].toSorted();
  const rows = names.map((name) => {
    const own = files.filter((file) => suiteOf(file) === name);
    const seconds = own.reduce((sum, file) => sum + file.seconds, 0);
    const tests = own.reduce((sum, file) => sum + file.tests.length, 0);
    return { seconds, text: `${name}: ${own.length} files, ${tests} tests` };
  });
  const sum = rows.reduce((total, { seconds }) => total + seconds, 0);
  return [
    'Seconds of each suite, added up over its files:',
    ...rows.toSorted((a, b) => b.seconds - a.seconds).map(row),
    row({ seconds: sum, text: 'all, of which some run side by side' }),
  ];
}

function slowestOf(files: readonly RanFile[]): string[] {
  const all = files.flatMap(({ path, tests }) =>
    tests.map(({ name, seconds }) => ({ seconds, text: `${path}: ${name}` })),
  );
  const slowest = all.toSorted((a, b) => b.seconds - a.seconds).slice(0, slowestCount);
  return [`The ${slowest.length} slowest tests, in seconds:`, ...slowest.map(row)];
}

function row({ seconds, text }: { seconds: number; text: string }): string {
  return `${seconds.toFixed(1).padStart(8)}  ${text}`;
}

function toRanFile(module: TestModule): RanFile {
  const { collectDuration, setupDuration, duration } = module.diagnostic();
  const errors = [module, ...module.children.allSuites()].flatMap((suite) => suite.errors());
  return {
    path: relative(process.cwd(), module.moduleId),
    seconds: (collectDuration + setupDuration + duration) / 1000,
    errors: errors.map(({ message }) => message),
    tests: [...module.children.allTests()].map((test) => {
      const { state } = test.result();
      return {
        name: test.fullName,
        state: state === 'pending' ? 'skipped' : state,
        seconds: (test.diagnostic()?.duration ?? 0) / 1000,
      };
    }),
  };
}
