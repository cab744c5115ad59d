import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The files of a working tree that git knows or would take, as they are now. */
export async function listFiles(root: string): Promise<string[]> {
  const git = async (...words: string[]) => {
    const { stdout } = await promisify(execFile)('git', ['ls-files', '-z', ...words], {
      cwd: root,
      maxBuffer: 2 ** 26,
    });
    return stdout.split('\0').filter((file) => file !== '');
  };
  const deleted = new Set(await git('--deleted'));
  const present = await git('--cached', '--others', '--exclude-standard');
  return present.filter((file) => !deleted.has(file)).toSorted();
}
