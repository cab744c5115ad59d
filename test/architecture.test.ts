import { execFile } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { suites } from './support/verdict.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const biome = join(root, 'node_modules/.bin/biome');

/** Sources by path, without their comments. */
async function sources(...patterns: string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const path of glob(patterns, { cwd: root })) {
    const text = await readFile(join(root, path), 'utf8');
    found.set(path, text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, ''));
  }
  expect(found.size).toBeGreaterThan(0);
  return found;
}

const product = ['core/**/*.ts', 'db/**/*.ts', 'adapters/**/*.ts', 'bot/**/*.ts'];

describe('the arrows between folders', () => {
  const refused = {
    'core/node.ts': 'node:fs',
    'core/driver.ts': 'drizzle-orm',
    'core/package.ts': 'zod',
    'core/store-schema.ts': '../db/schema.ts',
    'core/outside.ts': '../adapters/system/clock.ts',
    'core/process.ts': '../bot/config.ts',
    'core/actions/store.ts': '../../db/store.ts',
    'db/outside.ts': '../adapters/system/clock.ts',
    'db/process.ts': '../bot/config.ts',
    'db/rule.ts': '../core/actions/start.ts',
    'adapters/console/store.ts': '../../db/store.ts',
    'adapters/console/process.ts': '../../bot/config.ts',
    'adapters/console/rule.ts': '../../core/actions/start.ts',
    'adapters/console/neighbour.ts': '../docker/spawner.ts',
    'adapters/console/newcomer.ts': '../unheard-of/spawner.ts',
    'adapters/docker/deep/neighbour.ts': '../../console/page.ts',
    'bot/store.ts': '../db/store.ts',
    'bot/driver.ts': 'drizzle-orm',
    'bot/outside.ts': '../adapters/system/clock.ts',
    'bot/loops/store.ts': '../../db/store.ts',
  };
  const allowed = {
    'core/near.ts': './state.ts',
    'core/actions/near.ts': '../change.ts',
    'db/rule.ts': '../core/change.ts',
    'db/driver.ts': 'drizzle-orm',
    'adapters/console/port.ts': '../../core/ports.ts',
    'adapters/console/near.ts': './page.ts',
    'adapters/docker/library.ts': 'dockerode',
    'adapters/docker/deep/near.ts': '../spawner.ts',
    'adapters/docker/deep/port.ts': '../../../core/ports.ts',
    'bot/rule.ts': '../core/actions/start.ts',
    'bot/package.ts': 'zod',
    'bot/main.ts': '../db/store.ts',
  };
  const forms = {
    value: (from: string) => `import { it } from '${from}';\nit();\n`,
    type: (from: string) => `import type { It } from '${from}';\nexport type Its = It;\n`,
    later: (from: string) => `export const it = () => import('${from}');\n`,
  };

  it.each(Object.entries(forms))(
    'are held by the linter for an import of a %s',
    async (_, form) => {
      const planted = Object.entries(refused).map(([path, from]) => [path, form(from)] as const);
      expect(await lintErrors(planted)).toEqual(Object.keys(refused).sort());
      const fine = Object.entries(allowed).map(([path, from]) => [path, form(from)] as const);
      expect(await lintErrors(fine)).toEqual([]);
    },
  );
});

/** Which of the planted files the linter refuses for an import, in a throwaway copy. */
async function lintErrors(planted: readonly (readonly [string, string])[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'dibs-planted-'));
  try {
    for (const name of ['biome.json', '.gitignore']) await cp(join(root, name), join(folder, name));
    for (const [path, text] of planted) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const report = await lintReport(folder);
    return [...new Set(report.diagnostics.map(({ location }) => location.path))].sort();
  } finally {
    await rm(folder, { recursive: true });
  }
}

type LintReport = { diagnostics: { location: { path: string } }[] };

function lintReport(folder: string): Promise<LintReport> {
  const rule = '--only=style/noRestrictedImports';
  const asked = ['lint', rule, '--reporter=json', '--max-diagnostics=none', '.'];
  return new Promise((resolve, reject) => {
    // It exits with 1 where it finds something, which is what we ask it to do.
    execFile(biome, asked, { cwd: folder }, (error, stdout) =>
      stdout === '' ? reject(error) : resolve(JSON.parse(stdout) as LintReport),
    );
  });
}

it('the rules have no clock, no chance, no timers and no surroundings', async () => {
  const impure =
    /Date\.now|Temporal\.Now|new Date\(\)|\bDate\(\)|Math\.random|\b(setTimeout|setInterval|setImmediate|queueMicrotask|fetch)\(|\b(performance|process|crypto|console|globalThis)\./;
  for (const [path, text] of await sources('core/**/*.ts'))
    expect(impure.exec(text)?.[0], path).toBeUndefined();
});

it('a decision is made at once: no rule waits for anything', async () => {
  const waits = /\b(async|await)\b/;
  const rules = await sources('core/**/*.ts');
  for (const [path, text] of rules) expect(waits.exec(text)?.[0], path).toBeUndefined();
});

describe('names', () => {
  const unwanted = new Set(
    'manager service helper helpers util utils common handler processor data info base impl temp'.split(
      ' ',
    ),
  );
  const wordsOf = (name: string) =>
    name
      .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
      .toLowerCase()
      .split(/[^a-z0-9]+/);
  // Jupyter's own word for where in an address it begins.
  const isUnwanted = (name: string) =>
    name !== 'basePath' && wordsOf(name).some((word) => unwanted.has(word));

  it('of files and of what they export say what the thing is', async () => {
    const exported = /^export (?:async )?(?:function|const|let|type|class) (\w+)/gm;
    for (const [path, text] of await sources(...product, 'test/**/*.ts')) {
      const names = [...text.matchAll(exported)].map(([, name]) => name ?? '');
      expect([basename(path), ...names].filter(isUnwanted), path).toEqual([]);
    }
  });

  it('are told from one another by the words in them', () => {
    expect(['dataStore', 'user-info.ts', 'Base', 'sessionHelper'].filter(isUnwanted)).toHaveLength(
      4,
    );
    expect(['database.ts', 'information', 'handle', 'baseline'].filter(isUnwanted)).toEqual([]);
  });
});

it.each([
  { what: 'of the product', patterns: product, half: 70 },
  { what: 'of tests', patterns: ['test/**/*.ts'], half: 100 },
])('no file $what is over 300 lines, and half of them are at most $half', async (limit) => {
  const lengths = [];
  for (const path of (await sources(...limit.patterns)).keys()) {
    const length = (await readFile(join(root, path), 'utf8')).split('\n').length - 1;
    expect(length, path).toBeLessThanOrEqual(300);
    lengths.push(length);
  }
  const median = lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)];
  expect(median).toBeLessThanOrEqual(limit.half);
});

it('every test is of a suite, so that it runs', async () => {
  const folders = [...(await sources('test/**/*.test.ts')).keys()].map(dirname);
  const known = ['test', ...suites.map((suite) => `test/${suite}`)];
  expect(new Set(folders).difference(new Set(known))).toEqual(new Set());
});

describe('every way to say no', () => {
  const joined = async (...patterns: string[]) => [...(await sources(...patterns)).values()].join();

  it('that a command can give is reached by a test', async () => {
    const [union] = (await sources('core/refusal.ts')).values();
    const kinds = [...(union ?? '').matchAll(/kind: '(\w+)'/g)].map(([, kind]) => kind ?? '');
    expect(kinds.length).toBeGreaterThan(15);
    const tests = await joined('test/**/*.test.ts');
    expect(kinds.filter((kind) => !tests.includes(`'${kind}'`))).toEqual([]);
  });

  it('that an engine can give is translated by some adapter', async () => {
    const [union] = (await sources('core/fault.ts')).values();
    const codes = [...(union ?? '').matchAll(/^ {2}\| '(\w+)'/gm)].map(([, code]) => code ?? '');
    expect(codes.length).toBeGreaterThan(8);
    const adapters = await joined('adapters/**/*.ts');
    expect(codes.filter((code) => !/^chat_/.test(code) && !adapters.includes(`'${code}'`))).toEqual(
      [],
    );
  });
});
