import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileCache } from './compile-cache.ts';

export type DibsProcess = {
  url: string;
  /** What it has written to its log. */
  log(): string;
  /** Resolves when that stands in its log, from there on if told. */
  logged(text: string, from?: number): Promise<void>;
  /** What ended it; null while it runs. */
  ending(): string | number | null;
  /** Ends it as a loss of power does: at once. What it stored elsewhere stays. */
  kill(): Promise<void>;
  /** Ends it as Ctrl-C does, and removes what it stored. */
  stop(): Promise<void>;
};

/** What differs from a newcomer's: files by name, such as dibs.yaml, and settings. */
export type Site = { files?: Record<string, string>; env?: Record<string, string> };

const patienceMillis = 60_000;

/** The product as a newcomer starts it, on a free port, in an empty folder, with simulated GPUs. */
export async function startDibsProcess({ files = {}, env = {} }: Site = {}): Promise<DibsProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'dibs-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const main = fileURLToPath(new URL('../../bot/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      ...compileCache,
      DIBS_PORT: '0',
      DIBS_FLEET: 'simulated',
      DIBS_DATA: join(folder, 'data'),
      DIBS_LOG: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ending = () => child.exitCode ?? child.signalCode;
  async function end(signal: NodeJS.Signals) {
    if (ending() === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  }
  const stop = () => end('SIGINT');
  const log = logOf(child);
  try {
    return { url: await announcedUrl(child), stop, kill: () => end('SIGKILL'), ending, ...log };
  } catch (error) {
    await stop();
    throw error;
  }
}

function logOf({ stderr }: ChildProcess): Pick<DibsProcess, 'log' | 'logged'> {
  let said = '';
  stderr?.on('data', (text: Buffer) => {
    said += text;
  });
  return {
    log: () => said,
    async logged(text, from = 0) {
      const signal = AbortSignal.timeout(patienceMillis);
      while (!said.includes(text, from) && stderr !== null)
        await once(stderr, 'data', { signal }).catch(() => {
          throw new Error(`the log does not say “${text}”: ${said.slice(from)}`);
        });
    },
  };
}

/** It says where it is when it listens. */
function announcedUrl(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = '';
  const deadline = setTimeout(() => reject(new Error(`Dibs did not start: ${said}`)), 60_000);
  const hear = (text: Buffer) => {
    said += text;
    const url = /Dibs is at (http:\S+)/.exec(said)?.[1];
    if (url !== undefined) resolve(url);
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  child.once('exit', () => reject(new Error(`Dibs ended at once: ${said}`)));
  return promise.finally(() => clearTimeout(deadline));
}
