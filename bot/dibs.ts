#!/usr/bin/env node
import { endWithReader } from './closed-pipe.ts';
import { ConfigMistakes } from './config.ts';
import { inChat } from './dibs/open-store.ts';

/** `npx dibs`: what is done beside the running process, on its settings and its database. */
const usage = `Usage:
  npx dibs doctor         Look at settings, database, clock, engines and Slack, and say what to do
                          about whatever is wrong. It changes nothing.
                          Exit status: 0 all is well, 1 something is wrong.
  npx dibs slack manifest [--url https://dibs.example.org]
                          Print what the app in Slack is created from: for Socket Mode, or for
                          signed HTTP to that address.
  npx dibs images list [name…] [--json]
                          What sessions can run.
  npx dibs images build [name…] [--all] [--host gpu-1]
                          Build them on the hosts beforehand, so that no start waits for it.
  npx dibs images verify [name…] [--all] [--host gpu-1]
                          Run each one's check of PyTorch, CUDA and NCCL on the hosts.
  npx dibs images push [name…] [--all] [--host gpu-1]
                          Push what was built to the registry that dibs.yaml names.
                          Exit status: 0 all is well, 1 something is not, 2 it could not look.
  npx dibs audit          Recompute every balance, charge and grant, and list what differs.
                          Exit status: 0 nothing differs, 1 something does, 2 it could not look.
  npx dibs token <name>   Make a token for somebody, where there is no chat to ask for it in.
                          An earlier one ends.

They read the same settings as Dibs: DATABASE_URL, or else the folder DIBS_DATA.
${inChat}
`;
const [isFine, failed] = [0, 2];

async function main(words: readonly string[]): Promise<number> {
  if (words[0] === 'help' || words.includes('--help') || words.includes('-h')) {
    process.stdout.write(usage);
    return isFine;
  }
  const command = commandOf(words);
  if (command !== null) return command();
  process.stderr.write(misunderstood(words));
  return failed;
}

/** Each brings in only what it needs itself. */
function commandOf(words: readonly string[]): (() => Promise<number>) | null {
  const [command, name, option, url] = words;
  if (command === 'images')
    return async () => (await import('./dibs/images.ts')).images(words.slice(1));
  switch (`${command}/${words.length}`) {
    case 'doctor/1':
      return async () => (await import('./dibs/doctor.ts')).doctor();
    case 'audit/1':
      return async () => (await import('./dibs/audit.ts')).audit();
    case 'token/2':
      return async () => (await import('./dibs/token.ts')).makeToken(name ?? '');
    case 'slack/2':
    case 'slack/4':
      if (name !== 'manifest' || (words.length > 2 && !isAddress(option, url))) return null;
      return async () => (await import('./dibs/manifest.ts')).printManifest(url ?? null);
    default:
      return null;
  }
}

/** Slack calls only what has a certificate. */
function isAddress(option: string | undefined, url: string | undefined): boolean {
  return option === '--url' && /^https:\/\/\S+$/.test(url ?? '');
}

function misunderstood(words: readonly string[]): string {
  const [command, name, option] = words;
  if (command === undefined) return usage;
  if (command === 'token' && name === undefined)
    return 'Say whose token: npx dibs token alice, by the name in dibs.yaml.\n';
  if (command === 'slack' && name === 'manifest' && option === '--url')
    return 'Slack calls an https address only: npx dibs slack manifest --url https://dibs.example.org\n';
  return `I do not understand “${words.join(' ')}”.\n${usage}`;
}

endWithReader();
try {
  // `--url=…` is `--url …`.
  const words = process.argv.slice(2).flatMap((word) => word.split(/(?<=^--\w+)=/));
  process.exitCode = await main(words);
} catch (error) {
  const words = error instanceof Error ? error.message : String(error);
  const lines = error instanceof ConfigMistakes ? error.mistakes : [words];
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
  process.exitCode = failed;
}
