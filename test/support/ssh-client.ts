import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SshAddress } from '../../core/ports.ts';

export type SshRun = { exitCode: number; stdout: string; stderr: string };

export type SshClient = {
  publicKey: string;
  /** OpenSSH's own options for this key, as arguments: no agent, no configuration, no questions. */
  options: readonly string[];
  run(at: SshAddress, command: readonly string[], user?: string): Promise<SshRun>;
};

/** OpenSSH's client with a key pair of its own, which is made in the folder. */
export async function createSshClient(folder: string, name: string): Promise<SshClient> {
  const key = join(folder, name);
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const settings = [
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    `UserKnownHostsFile=${join(folder, 'known_hosts')}`,
    'StrictHostKeyChecking=accept-new',
    'BatchMode=yes',
    'ConnectTimeout=20',
    'LogLevel=ERROR',
  ];
  const options = ['-F', 'none', '-i', key, ...settings.flatMap((each) => ['-o', each])];
  return {
    publicKey: (await readFile(`${key}.pub`, 'utf8')).trim(),
    options,
    run: (at, command, user = 'dibs') =>
      runProgram('ssh', [...options, '-p', `${at.port}`, `${user}@${at.host}`, ...command]),
  };
}

/** Resolves with its exit code, whatever that is. */
export function runProgram(program: string, words: readonly string[]): Promise<SshRun> {
  return new Promise((resolve, reject) => {
    execFile(program, words, { timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error?.code ?? 0;
      if (typeof code === 'number') resolve({ exitCode: code, stdout, stderr });
      else reject(error);
    });
  });
}

/** The key by which a session's host shows who it is: type and text. */
export async function hostKeyOf({ host, port }: SshAddress): Promise<string> {
  const words = ['-T', '20', '-t', 'ed25519', '-p', `${port}`, host];
  const { stdout } = await runProgram('ssh-keyscan', words);
  const [, kind = '', text = ''] = stdout.trim().split(' ');
  return `${kind} ${text}`;
}
