import { spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { startDibsProcess } from '../support/dibs-process.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { printTable, quantile, round } from './figures.ts';

const perSecond = 100;
const seconds = 30;
const warmUpSeconds = 5;
const people = 50;

/**
 * How long Slack waits for the acknowledgement of a signed `/gpu start`: of Dibs, which has kept it
 * on Postgres by then and does what was asked meanwhile, and in turn of a Bolt app that does no
 * more than acknowledge.
 */
export async function benchSlack(): Promise<Record<string, number>> {
  const ends: (() => Promise<void>)[] = [];
  try {
    const sides = await startSides(ends);
    await load(sides, warmUpSeconds);
    const { dibs: ours, acker: theirs } = await load(sides, seconds);
    printTable([
      ['ack of /gpu start, ms', 'p50', 'p99', 'most'],
      ...Object.entries({ Dibs: ours, 'only acknowledged': theirs }).map(([name, times]) => [
        name,
        ...[0.5, 0.99, 1].map((part) => round(quantile(times, part), 1)),
      ]),
    ]);
    return {
      ratio: round(quantile(ours, 0.99) / quantile(theirs, 0.99), 2),
      p50Ms: round(quantile(ours, 0.5), 1),
      p99Ms: round(quantile(ours, 0.99), 1),
      maxMs: round(quantile(ours, 1), 1),
    };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function startSides(ends: (() => Promise<void>)[]): Promise<Sides> {
  const postgres = await startPostgres();
  ends.push(postgres.stop);
  const slack = await startSide<{ url: string; bot: string; signingSecret: string }>(
    ['slack', '', String(people)],
    ends,
  );
  const { url: slackUrl, bot, signingSecret: secret } = slack;
  const acker = await startSide<{ url: string }>(['acker', secret], ends);
  const members = Array.from({ length: people }, (_, at) => `{ name: u${at}, slack: U${at} }`);
  const team = `{ name: lab, credits: 1000, channels: ['slack:CLAB'], people: [${members}] }`;
  const dibs = await startDibsProcess({
    files: { 'dibs.yaml': `teams: [${team}]\n` },
    env: {
      DATABASE_URL: postgres.url,
      SLACK_BOT_TOKEN: bot,
      SLACK_SIGNING_SECRET: secret,
      SLACK_API_URL: slackUrl,
      DIBS_LOG: 'silent',
    },
  });
  ends.push(dibs.stop);
  return { dibs: { url: dibs.url, secret }, acker: { url: acker.url, secret } };
}

type Side = { url: string; secret: string };
type Sides = Record<'dibs' | 'acker', Side>;

/** One to each side, `perSecond` times a second, whether the earlier ones are answered or not. */
async function load(sides: Sides, forSeconds: number): Promise<Record<keyof Sides, number[]>> {
  const times = { dibs: [] as number[], acker: [] as number[] };
  const pending: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let sent = 0; sent < perSecond * forSeconds; sent += 1) {
    const wait = startedAt + (sent * 1000) / perSecond - performance.now();
    if (wait > 0) await pause(wait);
    const both = sent % 2 === 0 ? (['dibs', 'acker'] as const) : (['acker', 'dibs'] as const);
    for (const name of both)
      pending.push(ackMillis(sides[name], sent).then((millis) => void times[name].push(millis)));
  }
  await Promise.all(pending);
  return times;
}

function ackMillis({ url, secret }: Side, number: number): Promise<number> {
  const body = new URLSearchParams({
    command: '/gpu',
    text: `start a100 ${1 + (number % 8)}h`,
    user_id: `U${number % people}`,
    channel_id: 'CLAB',
    team_id: 'T1',
    trigger_id: randomUUID(),
    response_url: `${url}/response/none`,
  }).toString();
  const at = Math.floor(Date.now() / 1000);
  const mac = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex');
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-signature': `v0=${mac}`,
    'x-slack-request-timestamp': String(at),
  };
  const startedAt = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sending = request(
    `${url}/slack/events`,
    { method: 'POST', headers, agent: false },
    (answer) => {
      answer.resume().once('end', () => {
        if (answer.statusCode === 200) resolve(performance.now() - startedAt);
        else reject(new Error(`${url} answered ${answer.statusCode}`));
      });
    },
  );
  sending.once('error', reject).end(body);
  return promise;
}

async function startSide<Said>(
  asked: readonly string[],
  ends: (() => Promise<void>)[],
): Promise<Said> {
  const script = join(import.meta.dirname, 'slack-sides.ts');
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
