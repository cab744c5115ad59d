import { expect, it } from 'vitest';
import { openPostgres } from '../../db/database.ts';
import { createTestDatabase } from '../support/databases.ts';
import { readBook } from '../support/slack-book.ts';
import { createTalk, expectAlive } from '../support/slack-talk.ts';
import { lab, startSlackTeam } from '../support/slack-team.ts';

const names = Array.from({ length: 50 }, (_, at) => `person${at}`);
const idOf = (name: string) => `U${name.toUpperCase()}`;

it('fifty people at once are heard in time, answered once, and have a message each', async () => {
  const { url } = await createTestDatabase();
  const team = await startSlackTeam({
    more: names,
    credits: 400,
    env: { DATABASE_URL: url },
  });
  const { slack } = team;
  const { posts, whispers, direct } = createTalk(() => team);
  const answersTo = (name: string) =>
    whispers(idOf(name)).filter(({ words }) => !words.includes('Open JupyterLab'));

  const said = names.map((name) => slack.command(idOf(name), lab, 'start a100 1h'));
  const delivered = await Promise.all(said);
  expect(delivered.filter(({ acked }) => acked)).toHaveLength(names.length);
  expect(Math.max(...delivered.map(({ ackMillis }) => ackMillis))).toBeLessThan(3000);
  await slack.until(() => names.every((name) => answersTo(name).length > 0));

  // Ten credits each: forty have what they asked for, and ten the reason why not.
  const refused = names.filter((name) => answersTo(name)[0]?.words.includes('10 credits short'));
  expect(refused).toHaveLength(10);
  const served = names.length - refused.length;
  for (const count of [served / 2, served]) await slack.until(() => posts().length >= count);
  const database = await openPostgres(url);
  const { started, differences } = await readBook(database.db);
  await database.close();
  expect(differences).toEqual([]);
  expect(new Set(started.map(({ person }) => person)).size).toBe(served);
  expect(started.map(({ holds }) => holds)).toEqual(Array(served).fill(1));
  for (const { person, session } of started) {
    expect(answersTo(person).map(({ words }) => words)).toEqual([
      expect.stringContaining(`*${session}*`),
    ]);
    expect(posts().filter(({ words }) => words.includes(session))).toHaveLength(1);
  }
  expect(names.flatMap((name) => [...answersTo(name), ...direct(idOf(name))])).toHaveLength(
    names.length,
  );

  // Slack bears one post a second; where it wants more time, it is given that.
  const tried = slack.calls.filter(({ method }) => method === 'chat.postMessage');
  const busy = tried.filter(({ error }) => error === 'ratelimited').length;
  expect(tried.filter(({ error }) => error !== null)).toHaveLength(busy);
  expect(busy).toBeLessThan(5);
  await expectAlive(team);
  await team.close();
});
