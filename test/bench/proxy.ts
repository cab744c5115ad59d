import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { median, printTable, round } from './figures.ts';

const rounds = 5;
const seconds = 4;
const connections = 16;
const messages = 5000;
const path = '/s/brave-otter/api/kernels';
const host = 'gpu.example.org';

type Side = { url: string; headers: Record<string, string> };
type Loads = Record<'direct' | 'bare' | 'through', Load[]>;
type Load = { perSecond: number; p99Ms: number };

/**
 * What a page asks for again and again, and echoes over a WebSocket: by way of the proxy, by
 * the library alone that it is made of, and from the same server directly, in turn, in one run.
 */
export async function benchProxy(): Promise<Record<string, number>> {
  const ends: (() => Promise<void>)[] = [];
  try {
    const far = await startSide<{ url: string }>(['far'], ends);
    const near = await startSide<{ url: string; link: string }>(['proxy', far.url], ends);
    const direct = { url: far.url, headers: { authorization: 'token secret' } };
    const through = { url: near.url, headers: { cookie: await cookieBy(near), host } };
    const library = await startSide<{ url: string }>(['bare', far.url], ends);
    const sides = { direct, through, bare: { ...direct, url: library.url } };
    const loads: Loads = { direct: [], through: [], bare: [] };
    const names = Object.keys(loads) as (keyof Loads)[];
    for (const which of names) await load(sides[which]);
    for (let turn = 0; turn < rounds; turn += 1)
      for (const which of turn % 2 === 0 ? names : names.toReversed())
        loads[which].push(await load(sides[which]));
    const echo = { direct: await echoMs(direct), through: await echoMs(through) };
    return report(loads, echo);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

function report(
  { direct, through, bare }: Loads,
  echo: { direct: number; through: number },
): Record<string, number> {
  const perSecond = (of: Load[]) => median(of.map((one) => one.perSecond));
  const p99 = (of: Load[]) => median(of.map((one) => one.p99Ms));
  printTable([
    [`${connections} connections`, 'requests/s', 'p99, ms', 'echo of a message, ms'],
    ['direct', round(perSecond(direct), 0), round(p99(direct), 3), round(echo.direct, 3)],
    ['by the library alone', round(perSecond(bare), 0), round(p99(bare), 3), ''],
    ['by the proxy', round(perSecond(through), 0), round(p99(through), 3), round(echo.through, 3)],
  ]);
  return {
    ratio: round(perSecond(through) / perSecond(direct)),
    libraryRatio: round(perSecond(through) / perSecond(bare)),
    p99Ratio: round(p99(through) / p99(direct), 2),
    requestsPerSecond: round(perSecond(through), 0),
    p99Ms: round(p99(through), 3),
    echoRatio: round(echo.through / echo.direct, 2),
  };
}

/** The cookie that a browser has after following the link. */
async function cookieBy({ url, link }: { url: string; link: string }): Promise<string> {
  const asking = request(`${url}${link}`, {
    method: 'POST',
    headers: { host },
    agent: false,
  }).end();
  const [answer] = await once(asking, 'response');
  answer.resume();
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

const loader = join(import.meta.dirname, 'load.ts');

async function load({ url, headers }: Side): Promise<Load> {
  const asked = { url: `${url}${path}`, connections, duration: seconds, headers };
  const { stdout } = await promisify(execFile)(process.execPath, [loader, JSON.stringify(asked)]);
  const { non2xx, errors, ...measured } = JSON.parse(stdout) as Load & Record<string, number>;
  if (non2xx !== 0 || errors !== 0)
    throw new Error(`${url} refused ${non2xx} and failed ${errors}`);
  return measured;
}

/** One message there and back, the next when it is back. */
async function echoMs({ url, headers }: Side): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, { headers });
  await once(socket, 'open');
  const times: number[] = [];
  for (let sent = 0; sent < messages; sent += 1) {
    const startedAt = performance.now();
    socket.send('x'.repeat(200));
    await once(socket, 'message');
    times.push(performance.now() - startedAt);
  }
  socket.terminate();
  return median(times);
}

async function startSide<Said>(
  asked: readonly string[],
  ends: (() => Promise<void>)[],
): Promise<Said> {
  const script = join(import.meta.dirname, 'proxy-sides.ts');
  const child = spawn(process.execPath, [script, ...asked], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  ends.push(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.stdout.resume();
  return JSON.parse(String(line)) as Said;
}
