import { rmSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Mutant, mutate } from './mutants.ts';

export type Copy = {
  /** The project's root in it. */
  root: string;
  /** For what its tests leave behind. */
  temporary: string;
  /** Runs the work with that mutant in the sources. */
  with<T>(mutant: Mutant, work: () => Promise<T>): Promise<T>;
  write(file: string, text: string): Promise<void>;
};

/** A copy of the working tree, thrown away at the end. Processes that tests start run its sources too. */
export async function copyProject(root: string, files: string[]): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), 'dibs-mutants-'));
  // Servers that tests start as another user must reach it.
  await chmod(folder, 0o755);
  const [copy, temporary] = [join(folder, 'project'), join(folder, 'tmp')];
  await mkdir(temporary);
  for (const file of files) {
    await mkdir(dirname(join(copy, file)), { recursive: true });
    await cp(join(root, file), join(copy, file));
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 9 }));
  return {
    root: copy,
    temporary,
    write: (file, text) => writeFile(join(copy, file), text),
    async with(mutant, work) {
      const text = await readFile(join(copy, mutant.file), 'utf8');
      await writeFile(join(copy, mutant.file), mutate(text, mutant));
      try {
        return await work();
      } finally {
        await writeFile(join(copy, mutant.file), text);
      }
    },
  };
}
