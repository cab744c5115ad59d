import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it.each(['gpu', 'dibs'])('npx %s ends quietly when its reader stops early', async (name) => {
  const command = fileURLToPath(new URL(`../../bot/${name}.ts`, import.meta.url));
  const env = { PATH: process.env['PATH'], DIBS_URL: 'http://127.0.0.1:1' };
  const run = spawn(process.execPath, [command, '--help'], { env });
  run.stdout.destroy();
  const [[exitCode], errors] = await Promise.all([once(run, 'exit'), text(run.stderr)]);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
});
