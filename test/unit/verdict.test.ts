import { describe, expect, it } from 'vitest';
import { type RanFile, type RanTest, suites, verdictOn } from '../support/verdict.ts';

const aTest = (test: Partial<RanTest> = {}): RanTest => {
  return { name: 'holds', state: 'passed', seconds: 1, ...test };
};
const aFile = (file: Partial<RanFile> = {}): RanFile => {
  return { path: 'test/unit/a.test.ts', seconds: 2, errors: [], tests: [aTest()], ...file };
};
const all = suites.map((suite) => aFile({ path: `test/${suite}/a.test.ts` }));

function lastLineOn(
  files: readonly RanFile[],
  { outside = [], requiredSuites = [] }: { outside?: string[]; requiredSuites?: string[] } = {},
): string | undefined {
  return verdictOn(files, { outside, requiredSuites }).trimEnd().split('\n').at(-1);
}

describe('the verdict on a run', () => {
  it('is that all passed where every suite ran', () => {
    expect(lastLineOn(all, { requiredSuites: [...suites] })).toBe('8 passed, 0 failed');
  });

  it.each(suites)('counts the suite %s as failed where it did not run', (absent) => {
    const others = all.filter(({ path }) => !path.startsWith(`test/${absent}/`));
    const skipped = aFile({
      path: `test/${absent}/a.test.ts`,
      tests: [],
    });
    for (const files of [others, [...others, skipped]])
      expect(lastLineOn(files, { requiredSuites: [...suites] })).toBe('7 passed, 1 failed');
  });

  it.each([
    ['a test that failed', [aTest({ state: 'failed' })], []],
    ['a test that was skipped', [aTest({ state: 'skipped' })], []],
    ['an import or a hook that threw', [], ['no such module']],
  ] as const)('counts %s', (_what, tests, errors) => {
    const file = aFile({ path: 'test/unit/b.test.ts', tests, errors });
    expect(lastLineOn([aFile(), file])).toBe('1 passed, 1 failed');
  });

  it('counts an error outside of any test', () => {
    expect(lastLineOn([aFile()], { outside: ['a promise was rejected'] })).toBe(
      '1 passed, 1 failed',
    );
  });

  it('is a failure where nothing ran at all', () => {
    expect(lastLineOn([])).toBe('0 passed, 1 failed');
  });

  it('says what was wrong beside what failed', () => {
    const files = [
      aFile({ tests: [aTest({ name: 'waits', state: 'skipped' })], errors: ['no port'] }),
    ];
    const said = verdictOn(files, { outside: ['lost'], requiredSuites: ['store'] });
    expect(said).toContain('store: did not run');
    expect(said).toContain('test/unit/a.test.ts: no port');
    expect(said).toContain('test/unit/a.test.ts: skipped: waits');
    expect(said).toContain('outside of any test: lost');
  });

  it('has the seconds of each suite, longest first, and the twenty slowest tests', () => {
    const slow = Array.from({ length: 30 }, (_, at) => aTest({ name: `no. ${at}`, seconds: at }));
    const files = [
      aFile({ seconds: 1.5 }),
      aFile({ seconds: 0.5 }),
      aFile({ path: 'test/store/a.test.ts', seconds: 40, tests: slow }),
      aFile({ path: 'test/architecture.test.ts', seconds: 3 }),
    ];
    const lines = verdictOn(files, { outside: [], requiredSuites: [] }).split('\n');
    expect(lines.slice(1, 5)).toEqual([
      '    40.0  store: 1 files, 30 tests',
      '     3.0  (test): 1 files, 1 tests',
      '     2.0  unit: 2 files, 2 tests',
      '    45.0  all, of which some run side by side',
    ]);
    const slowest = lines
      .slice(lines.indexOf('The 20 slowest tests, in seconds:') + 1)
      .slice(0, 20);
    expect(slowest[0]).toBe('    29.0  test/store/a.test.ts: no. 29');
    expect(slowest[19]).toBe('    10.0  test/store/a.test.ts: no. 10');
  });
});
