import { ConfigMistakes } from '../config.ts';
import { inChat } from './open-store.ts';
import type { Shell } from './shell.ts';

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

/** Its exit status. */
export async function run(typed: readonly string[], shell: Shell): Promise<number> {
  // `--url=…` is `--url …`.
  const words = typed.flatMap((word) => word.split(/(?<=^--\w+)=/));
  try {
    return await runCommand(words, shell);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const lines = error instanceof ConfigMistakes ? error.mistakes : [said];
    shell.err(lines.map((line) => `${line}\n`).join(''));
    return failed;
  }
}

async function runCommand(words: readonly string[], shell: Shell): Promise<number> {
  if (words[0] === 'help' || words.includes('--help') || words.includes('-h')) {
    shell.out(usage);
    return isFine;
  }
  const command = commandOf(words);
  if (command !== null) return command(shell);
  shell.err(misunderstood(words));
  return failed;
}

type Command = (shell: Shell) => Promise<number>;

/** Each brings in only what it needs itself. */
function commandOf(words: readonly string[]): Command | null {
  const [command, name, option, url] = words;
  if (command === 'images')
    return async (shell) => (await import('./images.ts')).images(words.slice(1), shell);
  switch (`${command}/${words.length}`) {
    case 'doctor/1':
      return async (shell) => (await import('./doctor.ts')).doctor(shell);
    case 'audit/1':
      return async (shell) => (await import('./audit.ts')).audit(shell);
    case 'token/2':
      return async (shell) => (await import('./token.ts')).makeToken(name ?? '', shell);
    case 'slack/2':
    case 'slack/4':
      if (name !== 'manifest' || (words.length > 2 && !isAddress(option, url))) return null;
      return async (shell) => (await import('./manifest.ts')).printManifest(url ?? null, shell);
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
