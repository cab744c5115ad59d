import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type DibsProcess = {
  url: string;
  /** Ends it as Ctrl-C does, and removes what it stored. */
  stop(): Promise<void>;
};

/** What differs from a newcomer's: files by name, such as dibs.yaml, and settings. */
export type Site = { files?: Record<string, string>; env?: Record<string, string> };

/** The product as a newcomer starts it, on a free port, in an empty folder, with simulated GPUs. */
export async function startDibsProcess({ files = {}, env = {} }: Site = {}): Promise<DibsProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'dibs-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const main = fileURLToPath(new URL('../../bot/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      DIBS_PORT: '0',
      DIBS_FLEET: 'simulated',
      DIBS_DATA: join(folder, 'data'),
      DIBS_LOG: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  async function stop() {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGINT');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  }
  try {
    return { url: await announcedUrl(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
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
