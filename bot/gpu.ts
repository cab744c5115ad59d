#!/usr/bin/env node
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { endWithReader } from './closed-pipe.ts';

/**
 * The terminal client: `npx gpu start a100 2h`. It knows no command; it sends what was typed,
 * prints the answer, and follows a start until it is ready. Exit status 1 for a refusal.
 */
const url = process.env['DIBS_URL'] ?? `http://localhost:${process.env['DIBS_PORT'] ?? '8080'}`;
const headers = {
  'content-type': 'application/json',
  ...(process.env['DIBS_TOKEN']
    ? { authorization: `Bearer ${process.env['DIBS_TOKEN']}` }
    : { 'x-dibs-person': process.env['DIBS_PERSON'] ?? 'alice' }),
};
const deadlineMillis = 15_000;

type Session = {
  name: string;
  state: 'queued' | 'requested' | 'starting' | 'running' | 'stopping' | 'ended';
  link: string | null;
  ssh: { host: string; port: number } | null;
  verdict: { ok: boolean; checks: { name: string; ok: boolean }[] } | null;
  place: { position: number; reason: string } | null;
  progress:
    | { stage: 'pulling'; doneBytes: number; totalBytes: number }
    | { stage: 'building'; step: number; steps: number }
    | { stage: 'creating' | 'booting' | 'checking' }
    | null;
  endReason: string | null;
  faultDetail: string | null;
};

type Answer = {
  ok: boolean;
  text: string;
  session?: Session | null;
  files?: readonly { text: string }[];
};

async function main(words: readonly string[]): Promise<number> {
  const text = words.join(' ');
  if (/^(|help|-h|--help)$/.test(text)) return help();
  const answer = await ask<Answer>('/api/commands', {
    method: 'POST',
    body: JSON.stringify({ text }),
  });
  const files = answer.files ?? [];
  // A file goes where the output goes, alone: `gpu history --csv > march.csv`.
  const isWords = answer.ok && files.length === 0;
  (isWords ? process.stdout : process.stderr).write(`${inOwnZone(answer.text)}\n`);
  for (const file of files) process.stdout.write(file.text);
  if (!answer.ok) return 1;
  return words[0] === 'start' && answer.session ? follow(answer.session) : 0;
}

const usage = `Usage: npx gpu <command>

  npx gpu start a100 2h     Start a session, follow it, and print its link.
  npx gpu list              Show what is free, who has what until when, and who waits.
  npx gpu extend 30m        Let your session run longer.
  npx gpu stop              Stop it. Only the seconds used are charged.
  npx gpu help start        Show all about one command.

  DIBS_URL     Where Dibs is: ${url}.
  DIBS_TOKEN   Who you are: “/gpu token” in your chat makes one.
  DIBS_PERSON  Who you are on a local trial, without a token: alice if not said.
`;

/** Also without a server, which alone knows all commands. */
async function help(): Promise<number> {
  process.stdout.write(`${usage}\n`);
  const body = JSON.stringify({ text: 'help' });
  const said = await ask<Answer>('/api/commands', { method: 'POST', body, attempts: 1 }).then(
    ({ text }) => text,
    () => 'Dibs does not answer there. Where it does, all of its commands are listed here.',
  );
  process.stdout.write(`${said}\n`);
  return 0;
}

/** The answer's times are in UTC; the reader's are those of this terminal. */
function inOwnZone(text: string): string {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return text.replace(/(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC/g, (_all, day, time) =>
    format.format(new Date(`${day}T${time}Z`)),
  );
}

/** Shows a start's way to ready on one line that is written anew, and then the link. */
async function follow(first: Session): Promise<number> {
  let shown = '';
  for (let session = first; ; session = await read(first.name)) {
    if (session.state === 'running') {
      clearLine();
      process.stdout.write(readyLines(session));
      return 0;
    }
    if (session.state === 'ended' || session.state === 'stopping') {
      clearLine();
      const why = session.faultDetail ?? session.endReason?.replaceAll('_', ' ');
      process.stderr.write(`${session.name} ended: ${why}\n`);
      return 1;
    }
    const words = progressWords(session);
    if (words !== shown) showLine(words);
    shown = words;
    await pause(500);
  }
}

function readyLines({ name, link, ssh, verdict }: Session): string {
  const failed = verdict?.checks.filter(({ ok }) => !ok).map((check) => check.name) ?? [];
  return [
    `${name} is ready: ${link}\n`,
    ...(ssh === null ? [] : [`SSH and VS Code: npx gpu ssh ${name}\n`]),
    ...(verdict?.ok === true ? ['Its check passed.\n'] : []),
    ...(verdict?.ok === false
      ? [`Its check failed: ${failed.join(', ')}. See npx gpu status.\n`]
      : []),
  ].join('');
}

function progressWords({ state, place, progress }: Session): string {
  if (state === 'queued')
    return place ? `number ${place.position} in line: ${place.reason}` : 'in line';
  switch (progress?.stage) {
    case 'pulling':
      return progress.totalBytes === 0
        ? 'pulling the image'
        : `pulling the image ${Math.floor((100 * progress.doneBytes) / progress.totalBytes)} %`;
    case 'building':
      return `building the image, step ${progress.step} of ${progress.steps}`;
    case 'booting':
      return 'waiting for Jupyter';
    case 'checking':
      return 'checking PyTorch on its devices';
    default:
      return 'starting';
  }
}

function showLine(words: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${words} …`);
  else process.stderr.write(`${words} …\n`);
}

function clearLine(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

async function read(name: string): Promise<Session> {
  return (await ask<{ session: Session }>(`/api/sessions/${name}`)).session;
}

/** A request that got no answer is sent again with the same key, which does nothing twice. */
async function ask<T>(
  path: string,
  { attempts = 3, ...init }: RequestInit & { attempts?: number } = {},
): Promise<T> {
  const key = randomUUID();
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(new URL(path, url), {
        ...init,
        headers: { ...headers, 'idempotency-key': key },
        signal: AbortSignal.timeout(deadlineMillis),
      });
      const body = await response.text();
      if (response.headers.get('content-type')?.includes('json')) return JSON.parse(body) as T;
      throw new Error(`${url} answered ${response.status}: ${body.slice(0, 200)}`);
    } catch (error) {
      if (attempt === attempts) throw error;
      await pause(500 * attempt);
    }
  }
}

endWithReader();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
  process.stderr.write(
    `Dibs does not answer at ${url}. Is it running (npm start)? DIBS_URL says where it is.\n${cause || String(error)}\n`,
  );
  process.exitCode = 1;
}
