import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../bot/dibs/run.ts';
import { compileCache } from './compile-cache.ts';

const command = fileURLToPath(new URL('../../bot/dibs.ts', import.meta.url));

export type Said = { exitCode: number; stdout: string; stderr: string };

/** `npx dibs …` in that folder, where its data is too, with these settings. */
export function runDibs(
  folder: string,
  words: string,
  settings: Record<string, string> = {},
): Promise<Said> {
  const env = { PATH: process.env['PATH'], ...compileCache, DIBS_DATA: folder, ...settings };
  return new Promise((resolve) => {
    const options = { env, cwd: folder, timeout: 90_000 };
    execFile(process.execPath, [command, ...wordsOf(words)], options, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ exitCode, stdout, stderr });
    });
  });
}

/** As `runDibs`, within the test's own process, which takes a tenth of the time. */
export async function dibsHere(
  folder: string,
  words: string,
  settings: Record<string, string> = {},
): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const file = join(folder, 'dibs.yaml');
  // The tests' own working folder may have settings, which are none of theirs.
  const DIBS_CONFIG = existsSync(file) ? file : '/dev/null';
  const exitCode = await run(wordsOf(words), {
    settings: { DIBS_DATA: folder, DIBS_CONFIG, ...settings },
    out: (text) => {
      said.stdout += text;
    },
    err: (text) => {
      said.stderr += text;
    },
  });
  return { exitCode, ...said };
}

const wordsOf = (words: string) => words.split(' ').filter((word) => word !== '');
