import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clone, createClone } from '../support/clone.ts';
import { nobody } from '../support/nobody.ts';

const passes = `import { expect, inject, it } from 'vitest';

it('has a database server', () => {
  expect(inject('postgresUrl')).toContain('127.0.0.1');
});
`;
const fails = `import { expect, it } from 'vitest';

it('fails', () => {
  expect(1).toBe(2);
});
`;

describe('a fresh clone below a folder that only root may enter', () => {
  let clone: Clone;
  let before: string[];
  beforeAll(async () => {
    before = await servers();
    clone = await createClone();
    await clone.write('test/unit/planted-pass.test.ts', passes);
    await clone.write('test/unit/planted-fail.test.ts', fails);
  });
  afterAll(() => clone?.remove(), 60_000);

  it('fails .ci/run where a test fails, which counts it in its last line', async () => {
    const { exitCode, output } = await clone.run('.ci/run planted');
    expect(output.trim().split('\n').at(-1)).toBe('1 passed, 1 failed');
    expect(exitCode).toBe(1);
  });

  it('fails `npm run validate` where a test fails', async () => {
    const { exitCode, output } = await clone.run('npm run validate -- planted');
    expect(output).toMatch(/Tests +1 failed \| 1 passed/);
    expect(exitCode).toBe(1);
  });

  it('fails `npm test` where a test fails, and not where none does', async () => {
    const failed = await clone.run('npm test -- planted');
    expect(failed.output).toMatch(/Tests +1 failed \| 1 passed/);
    expect(failed.exitCode).toBe(1);
    await clone.delete('test/unit/planted-fail.test.ts');
    const passed = await clone.run('npm test -- planted');
    expect(passed.output).toMatch(/Tests +1 passed/);
    expect(passed.exitCode).toBe(0);
  });

  it('starts', () => expectStarts(clone));

  it('leaves no database server behind', async () => {
    expect((await servers()).filter((name) => !before.includes(name))).toEqual([]);
  });

  it('is installed, tested and started by an ordinary user too', async () => {
    await clone.giveTo(await nobody());
    expect(await clone.run('rm -rf data && npm ci')).toMatchObject({ exitCode: 0 });
    const tested = await clone.run('npm test -- planted');
    expect(tested.output).toMatch(/Tests +1 passed/);
    expect(tested.exitCode).toBe(0);
    await expectStarts(clone);
  });
});

async function servers(): Promise<string[]> {
  return (await readdir('/tmp')).filter((name) => name.startsWith('dibs-postgres-'));
}

async function expectStarts(clone: Clone): Promise<void> {
  const dibs = clone.begin('DIBS_PORT=0 npm start');
  const url = await dibs.said(/Dibs is at (http:\S+)/);
  const page = await fetch(url);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('/gpu');
  expect((await dibs.interrupt()).output).not.toContain('did not start');
}
