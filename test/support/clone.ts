import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { listFiles } from './list-files.ts';
import type { User } from './nobody.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
/** The tests' own settings and their runner's, which a person who types a command does not have. */
const ownSettings = /^(VITE|npm_|NODE_(ENV|OPTIONS|PATH)|DIBS_|DATABASE_URL|SLACK_|INIT_CWD|TEST)/;

export type Ran = { exitCode: number | null; output: string };
export type Clone = Awaited<ReturnType<typeof createClone>>;

/** Runs a command, and ends it as Ctrl-C does as soon as nobody holds the other end of its input. */
const boundToInput = `
exec 3<&0
{ cat <&3 > /dev/null; kill -INT -- -$$; } &
watcher=$!
bash -c "$1" < /dev/null
code=$?
kill $watcher 2> /dev/null
exit $code
`;

/** This working tree as a fresh clone, below a home that only its user may enter. Root's at first. */
export async function createClone() {
  const home = await mkdtemp('/tmp/dibs-clone-');
  const folder = join(home, 'dibs');
  for (const path of await listFiles(root)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(root, path), join(folder, path));
  }
  // Biome looks at what git knows.
  await run('git', ['init', '-q', folder]);
  const registry = await npmSettings();
  const living = new Set<{ interrupt(): void; ended: Promise<Ran> }>();
  let user: User | null = null;

  function spawnShell(command: string) {
    const env = { ...environment(), ...registry, HOME: home };
    // A group of its own, which is interrupted as a whole.
    const options = { cwd: folder, env, ...user, detached: true };
    const child = spawn('bash', ['-c', boundToInput, 'bash', command], options);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => {
        output += text;
        child.emit('output');
      });
    const ended = once(child, 'close').then((): Ran => ({ exitCode: child.exitCode, output }));
    const one = { child, output: () => output, ended, interrupt: () => child.stdin.destroy() };
    living.add(one);
    ended.finally(() => living.delete(one));
    return one;
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
      const { child, output, ended, interrupt } = spawnShell(command);
      return {
        /** What the first group matches as soon as that was said. */
        async said(words: RegExp): Promise<string> {
          while (!words.test(output()))
            await Promise.race([once(child, 'output'), ended.then(failAfter(words))]);
          return words.exec(output())?.[1] ?? '';
        },
        interrupt(): Promise<Ran> {
          interrupt();
          return ended;
        },
      };
    },
    async remove(): Promise<void> {
      for (const one of living) one.interrupt();
      await Promise.all([...living].map(({ ended }) => ended));
      await rm(home, { recursive: true, force: true });
    },
  };
}

const failAfter = (words: RegExp) => (ran: Ran) => {
  throw new Error(`it ended before it said ${words}: ${ran.output}`);
};

/** What leads to the registry, without what signs in to it: another user may read this. */
async function npmSettings(): Promise<NodeJS.ProcessEnv> {
  const names = ['registry', 'proxy', 'https-proxy', 'cafile', 'strict-ssl'];
  const { stdout } = await run('npm', ['config', 'list', '--json'], { env: environment() });
  const config: Record<string, unknown> = JSON.parse(stdout);
  const given = names.filter((name) => config[name] !== null && config[name] !== undefined);
  return Object.fromEntries(
    given.map((name) => [`npm_config_${name.replaceAll('-', '_')}`, String(config[name])]),
  );
}

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !ownSettings.test(name));
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const path = folders.filter((name) => !name.includes('node_modules')).join(delimiter);
  return { ...Object.fromEntries(kept), PATH: path, NO_COLOR: '1' };
}
