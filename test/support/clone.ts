import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
/** The tests' own settings and their runner's, which a person who types a command does not have. */
const ownSettings = /^(VITE|npm_|NODE_(ENV|OPTIONS|PATH)|DIBS_|DATABASE_URL|SLACK_|INIT_CWD|TEST)/;
/** What leads to a package registry. */
const registrySettings = /^npm_config_(registry|.*proxy|cafile|strict_ssl)$/;

export type User = { uid: number; gid: number };
export type Ran = { exitCode: number | null; output: string };
export type Clone = Awaited<ReturnType<typeof createClone>>;

/** This working tree as a fresh clone, below a home that only its user may enter. Root's at first. */
export async function createClone() {
  const { stdout } = await run('mktemp', ['--directory', '/tmp/dibs-clone-XXXXXX']);
  const home = stdout.trim();
  const folder = join(home, 'dibs');
  // Biome and .ci/run look at what git knows.
  const copying = `set -e -o pipefail; mkdir "$1"; git init -q "$1"
    git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$1"`;
  await run('bash', ['-c', copying, 'bash', folder], { cwd: root });
  await run('bash', [
    '-c',
    `[ ! -f "$1" ] || cp "$1" "$2"`,
    'bash',
    join(homedir(), '.npmrc'),
    home,
  ]);
  let user: User | null = null;

  function spawnShell(command: string) {
    const env = { ...environment(), HOME: home };
    const options = { cwd: folder, env, ...user, detached: true };
    const child = spawn('bash', ['-c', command], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => {
        output += text;
        child.emit('output');
      });
    const ended = once(child, 'close').then((): Ran => ({ exitCode: child.exitCode, output }));
    return { child, output: () => output, ended };
  }

  return {
    write: (path: string, text: string) => writeFile(join(folder, path), text),
    delete: (path: string) => rm(join(folder, path)),
    /** From then on commands are those of that user. */
    async giveTo(owner: User): Promise<void> {
      await run('chown', ['-R', `${owner.uid}:${owner.gid}`, home]);
      user = owner;
    },
    /** Runs a command to its end. */
    run: (command: string): Promise<Ran> => spawnShell(command).ended,
    /** Begins a command that goes on until it is interrupted, as by Ctrl-C. */
    begin(command: string) {
      const { child, output, ended } = spawnShell(command);
      return {
        /** What the first group matches as soon as that was said. */
        async said(words: RegExp): Promise<string> {
          while (!words.test(output()))
            await Promise.race([once(child, 'output'), ended.then(failAfter(words))]);
          return words.exec(output())?.[1] ?? '';
        },
        interrupt(): Promise<Ran> {
          process.kill(-(child.pid ?? 0), 'SIGINT');
          return ended;
        },
      };
    },
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

const failAfter = (words: RegExp) => (ran: Ran) => {
  throw new Error(`it ended before it said ${words}: ${ran.output}`);
};

function environment(): NodeJS.ProcessEnv {
  const isKept = (name: string) => registrySettings.test(name) || !ownSettings.test(name);
  const kept = Object.entries(process.env).filter(([name]) => isKept(name));
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const path = folders.filter((name) => !name.includes('node_modules')).join(delimiter);
  return { ...Object.fromEntries(kept), PATH: path, NO_COLOR: '1' };
}

/** Somebody who is not root. */
export async function ordinaryUser(): Promise<User> {
  const [uid = 0, gid = 0] = await Promise.all(
    ['-u', '-g'].map(async (which) => Number((await run('id', [which, 'nobody'])).stdout)),
  );
  return { uid, gid };
}
