import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDibsProcess } from '../support/dibs-process.ts';
import { gpu } from '../support/terminal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dibs-data-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('a second process on the same data folder is refused, and the first loses nothing', async () => {
  const env = { DIBS_DATA: folder };
  const first = await startDibsProcess({ env });
  await expect(startDibsProcess({ env })).rejects.toThrow(/Another Dibs is running on .*DIBS_DATA/);
  const { stdout } = await gpu(first.url, 'bob', 'balance');
  expect(stdout).toContain('500 credits');
  await first.stop();
  const again = await startDibsProcess({ env });
  expect((await gpu(again.url, 'bob', 'balance')).stdout).toContain('500 credits');
  await again.stop();
});
