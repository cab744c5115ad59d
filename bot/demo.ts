import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createLog } from '../adapters/system/log.ts';
import { loadConfig } from './config.ts';
import { type Dibs, startDibs } from './main.ts';

/** How long one state may take to come: the whole demo is to be over in a minute. */
const limitMillis = 30_000;

type Session = { name: string; state: string; link: string | null; chargedTicks: string | null };
type Answer = { ok: boolean; text: string; session?: Session };

/** Plays the main job once on a throwaway database and a simulated fleet. */
async function demo(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dibs-demo-'));
  const config = loadConfig({ DIBS_PORT: '0', DIBS_DATA: folder, DIBS_FLEET: 'simulated' });
  const dibs = await startDibs(config, createLog('error'));
  try {
    say('Dibs, played once on a throwaway database and a simulated fleet.\n');
    await type(dibs, 'balance');
    const { session } = await type(dibs, 'start a100 2h');
    const name = session?.name ?? '';
    const ready = await until(dibs, name, 'running');
    say(`  ${name} is ready: ${ready.link}\n`);
    if (ready.link !== null) await readLink(ready.link);
    await pause(2000);
    await type(dibs, 'status');
    await type(dibs, 'stop');
    const ended = await until(dibs, name, 'ended');
    await type(dibs, 'balance');
    await checkBook(dibs, ended);
  } finally {
    await dibs.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function type(dibs: Dibs, text: string): Promise<Answer> {
  say(`bob> /gpu ${text}`);
  const answer = await ask<Answer>(dibs, '/api/commands', {
    method: 'POST',
    body: JSON.stringify({ text }),
  });
  say(answer.text.replace(/^/gm, '  '), '');
  if (!answer.ok) throw new Error(`“${text}” was refused`);
  return answer;
}

async function until(dibs: Dibs, name: string, state: string): Promise<Session> {
  const deadline = Date.now() + limitMillis;
  for (let shown = ''; Date.now() < deadline; await pause(200)) {
    const { session } = await ask<{ session: Session }>(dibs, `/api/sessions/${name}`);
    if (session.state !== shown) say(`  … ${session.state}`);
    shown = session.state;
    if (session.state === state) return session;
    if (session.state === 'ended') break;
  }
  throw new Error(`${name} was not ${state} in time`);
}

async function ask<T>(dibs: Dibs, path: string, init: RequestInit = {}): Promise<T> {
  const headers = {
    'content-type': 'application/json',
    'x-dibs-person': 'bob',
    'idempotency-key': randomUUID(),
  };
  const signal = AbortSignal.timeout(limitMillis);
  const response = await fetch(new URL(path, dibs.url), { ...init, headers, signal });
  return (await response.json()) as T;
}

async function readLink(link: string): Promise<void> {
  const response = await fetch(link, { signal: AbortSignal.timeout(limitMillis) });
  if (!response.ok) throw new Error(`the link answered ${response.status}`);
  say('  The link answers.\n');
}

async function checkBook({ store }: Dibs, { name, chargedTicks }: Session): Promise<void> {
  const differences = await store.checkBook();
  if (differences.length > 0) throw new Error(`the book differs: ${JSON.stringify(differences)}`);
  say(
    `The book adds up: ${chargedTicks} ticks for ${name}, and every account is the sum of its transfers.`,
  );
}

function say(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

await demo();
process.exit(0);
