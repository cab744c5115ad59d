import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openPglite, openPostgres } from '../../db/database.ts';
import { createTestDatabase } from '../support/databases.ts';
import { createQuickClock, type QuickClock } from '../support/quick-clock.ts';
import type { SeenMessage } from '../support/slack/sight.ts';
import { readBook } from '../support/slack-book.ts';
import { createTalk, expectAlive } from '../support/slack-talk.ts';
import { alice, bob, lab, type SlackTeam, startSlackTeam } from '../support/slack-team.ts';
import { inSoak } from '../support/soak.ts';

const yes = 'white_check_mark';
const perRound = 4;
type Kill = 'ack' | 'post' | number;
/** When a process is killed: as soon as Slack hears of the first, some time after, or when it posts. */
const kills = ['ack', 20, 120, 'post'] as const satisfies Kill[];
const killsOn: Record<'pglite' | 'postgres', readonly Kill[]> = {
  pglite: inSoak<readonly Kill[]>({ gate: ['ack', 'post'], soak: kills }),
  postgres: kills,
};
const idOf = (name: string) => `U${name.toUpperCase()}`;

const databases = {
  pglite: async () => ({
    env: {},
    open: ({ env }: SlackTeam) => openPglite(join(env['DIBS_DATA'] ?? '', 'pglite')),
  }),
  postgres: async () => {
    const { url } = await createTestDatabase();
    return { env: { DATABASE_URL: url }, open: () => openPostgres(url) };
  },
};

describe('a process that is killed again and again', () => {
  it.concurrent.each(['pglite', 'postgres'] as const)(
    'owes nobody a session, an answer or a message, and nobody has two, on %s',
    async (kind) => {
      const { env, open } = await databases[kind]();
      const rounds = killsOn[kind];
      const names = Array.from({ length: rounds.length * perRound }, (_, at) => `person${at}`);
      const team = await startSlackTeam({ more: names, env });
      const { slack } = team;
      const { posts, again, untilPost, whispers, direct, answerTo } = createTalk(() => team);
      const answersTo = (name: string) =>
        [...whispers(idOf(name)), ...direct(idOf(name))].filter(({ words }) =>
          /starts on|waits in line/.test(words),
        );

      await answerTo(bob, 'request 40 more runs');
      const request = await untilPost('asks for *40 credits*');
      for (const [round, kill] of rounds.entries()) {
        const some = names.slice(round * perRound, (round + 1) * perRound);
        const vote = () => slack.react(alice, request, yes);
        // The claims of killed processes lapse after a minute; the last one needn't wait in real time.
        const clock = round === rounds.length - 1 ? createQuickClock() : undefined;
        await killUnder(team, { some, kill, also: round === 1 ? vote : null, clock });
      }
      // A reaction that nobody acknowledged comes again after a minute.
      await slack.passTime(61);
      await team.until(() => names.every((name) => answersTo(name).length > 0));
      await team.until(() => again(request).words.includes('Granted by *alice*'));
      await team.until(() => sessionsIn(posts()).length >= names.length);
      await expectAlive(team);
      await team.dibs.stop();

      const keys = posts().map(({ metadata }) => JSON.stringify(metadata));
      expect(keys).toHaveLength(names.length + 1);
      expect(new Set(keys).size).toBe(names.length + 1);
      const database = await open(team);
      const { started, differences } = await readBook(database.db);
      await database.close();
      expect(differences).toEqual([]);
      expect(started.map(({ person }) => person)).toEqual([...names].sort());
      expect(new Set(started.map(({ holds }) => holds))).toEqual(new Set([1]));
      for (const { person, session } of started) {
        const about = answersTo(person).map(({ words }) => words.includes(session));
        expect([person, ...new Set(about)]).toEqual([person, true]);
      }
      await team.close();
    },
  );
});

type Round = {
  some: readonly string[];
  kill: Kill;
  also: (() => Promise<unknown>) | null;
  /** Of the process that begins after it. */
  clock: QuickClock | undefined;
};

/** They all start at once, the process is killed, and another begins. */
async function killUnder(team: SlackTeam, { some, kill, also, clock }: Round): Promise<void> {
  const { slack } = team;
  const { posts } = createTalk(() => team);
  const start = (name: string) => slack.command(idOf(name), lab, 'start a100 1h');
  const before = posts().length;
  const said = some.map(start);
  void also?.();
  await (kill === 'post' ? slack.until(() => posts().length > before) : Promise.race(said));
  if (typeof kill === 'number') await pass(Math.random() * kill);
  await team.dibs.kill();
  const delivered = await Promise.all(said);
  await team.begin(clock);
  // Whom Slack told that it went wrong, they say it again.
  const lost = some.filter((_, at) => delivered[at]?.acked !== true);
  for (const one of await Promise.all(lost.map(start))) expect(one.acked).toBe(true);
}

const sessionsIn = (posts: readonly SeenMessage[]) =>
  posts.filter(({ metadata }) => JSON.stringify(metadata).includes('session:'));
