import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestOf } from '../../adapters/slack/manifest.ts';
import { commands } from '../../bot/commands/table.ts';
import { dibsAt } from './dibs-here.ts';
import { type DibsProcess, startDibsProcess } from './dibs-process.ts';
import type { QuickClock } from './quick-clock.ts';
import { type SlackServer, startSlackServer } from './slack-server.ts';

export const alice = 'UALICE';
export const bob = 'UBOB';
export const carol = 'UCAROL';
export const lab = 'CLAB';

export type SlackTeam = {
  slack: SlackServer;
  /** The one that runs now. */
  readonly dibs: DibsProcess;
  /** What the process is started with. */
  env: Record<string, string>;
  yaml: string;
  /** Starts it once more, with what the one before has stored, and at that clock if told. */
  begin(clock?: QuickClock): Promise<void>;
  /** Resolves when that is so on Slack; after a while it says what there was instead. */
  until(isSo: () => boolean): Promise<void>;
  /** As of `dibs`, but time runs quickly meanwhile, where the team has such a clock. */
  logged: DibsProcess['logged'];
  close(): Promise<void>;
};

const patienceMillis = 30_000;

export type SlackTeamOptions = {
  mode?: 'sockets' | 'http';
  credits?: number;
  /** More members than alice, bob and carol. */
  more?: readonly string[];
  /** Alice is one, where nobody is named. */
  admins?: readonly string[];
  env?: Record<string, string>;
  /** Of the team, in dibs.yaml. */
  settings?: string;
  /** Beside the teams, in dibs.yaml. */
  policy?: string;
  strictRates?: boolean;
  /** A process of its own, unless told otherwise. */
  start?: typeof startDibsProcess;
  /** Within the test's own process, where time runs quickly while the test waits with `until`. */
  clock?: QuickClock;
};

/** A team on the stand-in for Slack, and the whole process beside it. */
export async function startSlackTeam(options: SlackTeamOptions = {}): Promise<SlackTeam> {
  const { mode = 'sockets', strictRates = true } = options;
  let { clock } = options;
  const requestUrl = mode === 'http' ? 'http://127.0.0.1:9' : null;
  const slack = await startSlackServer({
    manifest: manifestOf({ commands, requestUrl }),
    strictRates,
  });
  const people = peopleOf(options);
  for (const { id, name } of people) slack.addPerson({ id, name, standing: 'member' });
  slack.addPerson({ id: 'UGUEST', name: 'gwen', standing: 'guest' });
  const everybody = [...people.map(({ id }) => id), 'UGUEST'];
  slack.addChannel({ id: lab, name: 'gpu-lab', members: everybody });
  const { bot, app, signingSecret } = slack.tokens;
  const folder = await mkdtemp(join(tmpdir(), 'dibs-team-'));
  const env = {
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: bot,
    ...(mode === 'http' ? { SLACK_SIGNING_SECRET: signingSecret } : { SLACK_APP_TOKEN: app }),
    DIBS_DATA: join(folder, 'data'),
    ...options.env,
  };
  const yaml = yamlOf(options);
  async function begin(): Promise<DibsProcess> {
    const { start = clock ? dibsAt(clock) : startDibsProcess } = options;
    const begun = await start({ files: { 'dibs.yaml': yaml }, env });
    if (mode === 'http') await slack.pointAt(`${begun.url}/slack/events`);
    else await slack.until(() => slack.connections() > 0);
    return begun;
  }
  async function hurried(wait: Promise<void>): Promise<void> {
    const over = new AbortController();
    const waited = wait.finally(() => over.abort());
    await Promise.all([waited, clock?.hurry(slack, over.signal)]);
  }
  let dibs = await begin();
  return {
    slack,
    get dibs() {
      return dibs;
    },
    env,
    yaml,
    async begin(from) {
      clock = from ?? clock;
      dibs = await begin();
    },
    until: (isSo) => hurried(untilSo(slack, dibs, isSo)),
    logged: (text, from) => hurried(dibs.logged(text, from)),
    async close() {
      await dibs.stop();
      await slack.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilSo(slack: SlackServer, dibs: DibsProcess, isSo: () => boolean): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const seen = [alice, bob, carol].map((person) =>
      [...slack.messagesSeenBy(person, lab), ...slack.directMessages(person).messages].map(
        ({ words, buttons }) => `${words} [${buttons.join(', ')}]`,
      ),
    );
    const there = JSON.stringify(seen, null, 1);
    const log = dibs.log().slice(-2000);
    late.reject(new Error(`it did not come to ${isSo}: ${there}\nIts log ends: ${log}`));
  }, patienceMillis);
  try {
    await Promise.race([slack.until(isSo), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function peopleOf({ more = [] }: SlackTeamOptions) {
  const named = [
    { id: alice, name: 'alice' },
    { id: bob, name: 'bob' },
    { id: carol, name: 'carol' },
  ];
  return [...named, ...more.map((name) => ({ id: `U${name.toUpperCase()}`, name }))];
}

function yamlOf(options: SlackTeamOptions): string {
  const { admins = ['alice'], credits = 500, settings = '', policy = '' } = options;
  const people = [...peopleOf(options), { id: 'UGUEST', name: 'gwen' }]
    .map(
      ({ id, name }) => `      - { name: ${name}, slack: ${id}, admin: ${admins.includes(name)} }`,
    )
    .join('\n');
  return `teams:
  - name: vision
    credits: ${credits}
    channels: [slack:${lab}]
${settings}
    people:
${people}
${policy}
`;
}
