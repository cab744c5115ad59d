import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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
    const given = words.split(' ').filter((word) => word !== '');
    execFile(process.execPath, [command, ...given], options, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ exitCode, stdout, stderr });
    });
  });
}
