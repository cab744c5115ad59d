import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestProject } from 'vitest/node';

const script = join(import.meta.dirname, 'bring-images.ts');

/**
 * Brings the images onto the suite's engines while the suites before it run, and gives way to them.
 * The hosts of this run wait for the report, and fail with what is in it.
 */
export async function setup({ config }: TestProject): Promise<() => Promise<void>> {
  if (process.env['DIBS_TEST_DOCKER_HOST'] !== undefined) return async () => undefined;
  const report = join(tmpdir(), `dibs-images-${randomUUID()}`);
  const words = ['-n', '10', process.execPath, script, String(config.maxWorkers)];
  const child = spawn('nice', words, { stdio: ['pipe', 'ignore', 'pipe'] });
  process.env['DIBS_TEST_IMAGES_REPORT'] = report;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(String(error)));
    child.once('exit', (code, signal) => resolve(code === 0 ? '' : `ended by ${signal ?? code}`));
  });
  const reported = Promise.all([ended, text(child.stderr)]).then(async ([end, printed]) => {
    const failure = end && `The images of the engine suite were not brought: ${end}\n${printed}`;
    await writeFile(`${report}.part`, failure);
    await rename(`${report}.part`, report);
  });
  return async () => {
    delete process.env['DIBS_TEST_IMAGES_REPORT'];
    child.stdin.end();
    await reported;
    await rm(report);
  };
}
