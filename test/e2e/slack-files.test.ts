import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgres } from '../../db/database.ts';
import { createTestDatabase } from '../support/databases.ts';
import { createTalk, expectAlive } from '../support/slack-talk.ts';
import { alice, bob, carol, lab, type SlackTeam, startSlackTeam } from '../support/slack-team.ts';

describe('a statement as a file in Slack', () => {
  let team: SlackTeam;
  let databaseUrl: string;
  beforeAll(async () => {
    databaseUrl = (await createTestDatabase()).url;
    team = await startSlackTeam({ env: { DATABASE_URL: databaseUrl } });
  });
  afterAll(() => team?.close());
  const { answerTo, direct } = createTalk(() => team);

  const filesOf = (person: string) => direct(person).flatMap(({ files }) => files);
  /** The same, from the HTTP API. */
  async function statement(): Promise<string> {
    const [token = ''] = /dibs_[\w-]+/.exec(await answerTo(bob, 'token')) ?? [];
    const answer = await fetch(`${team.dibs.url}/api/statement?format=csv`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
    return answer.text();
  }

  it('comes to whom asked for it by direct message, and the answer says where it is', async () => {
    const { slack } = team;
    await answerTo(alice, 'grant vision 5 für die Übung 🎓, "quoted" & <b>');
    const before = slack.calls.length;
    const answer = await answerTo(bob, 'history --csv');
    const [file, ...others] = filesOf(bob);
    expect(others).toEqual([]);
    expect(file?.name).toMatch(/^dibs-vision-\d{4}-\d{2}\.csv$/);
    expect(file?.content.toString()).toBe(await statement());
    expect(file?.content.toString()).toContain('für die Übung 🎓');
    expect(answer).toContain('2 movements, from 0.00 to 505.00 credits.');
    expect(answer).toContain(`📎 ${file?.name} is in your direct messages with Dibs`);
    const calls = slack.calls.slice(before).map(({ method }) => method);
    for (const method of ['files.getUploadURLExternal', 'files.completeUploadExternal'])
      expect(calls.filter((called) => called === method)).toHaveLength(1);
  });

  it('is seen by nobody else', () => {
    for (const person of [alice, carol]) expect(filesOf(person)).toEqual([]);
    const inChannel = team.slack.messagesSeenBy(bob, lab);
    expect(inChannel.flatMap(({ files }) => files)).toEqual([]);
  });

  it('comes with ten thousand lines, and with one more the answer says what to do', async () => {
    const lines = 10_000;
    const database = await openPostgres(databaseUrl);
    const move = (count: number) =>
      database.db.execute(sql`insert into transfers
        (id, kind, from_account_id, to_account_id, amount, reason, event_id, at)
        select gen_random_uuid(), 'grant', t.from_account_id, t.to_account_id, 3600,
          'a reason of usual length, number ' || n, t.event_id, t.at
        from (select * from transfers order by number limit 1) t, generate_series(1, ${count}) n`);
    await move(lines - 2);
    const answer = await answerTo(bob, 'history --csv');
    expect(answer).toContain('10,000 movements');
    const file = filesOf(bob).at(-1);
    expect(file?.content.toString().trim().split('\n')).toHaveLength(lines + 1);
    expect(file?.content.toString()).toBe(await statement());
    await move(1);
    await database.close();
    expect(await answerTo(bob, 'history --csv')).toContain('Ask for a shorter one');
    expect(filesOf(bob)).toHaveLength(2);
    await expectAlive(team);
  });
});
