import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import { databaseKinds } from '../support/databases.ts';
import { a100 } from '../support/simulated-fleet.ts';
import { createSlackSite } from '../support/slack-site.ts';
import { createTalk, expectAlive } from '../support/slack-talk.ts';
import { alice, bob, carol, lab, type SlackTeam, startSlackTeam } from '../support/slack-team.ts';

const hosts = [{ name: 'gpu-1', devices: Array(6).fill(a100) }];

describe('when Slack is away for an hour', () => {
  let database: Database;
  let site: Awaited<ReturnType<typeof createSlackSite>>;
  beforeAll(async () => {
    database = await databaseKinds.pglite();
    site = await createSlackSite(database, { hosts });
  });
  afterAll(async () => {
    await site?.close();
    await database?.close();
  });

  it('nothing is lost, the latest is said once, and what was overtaken is not', async () => {
    const { slack } = site;
    const bot = site.begin();
    await site.pass(3);
    const start = async (person: string, lease: string): Promise<string> => {
      const { session, text } = await bot.say(person, `start a100 ${lease}`);
      if (!session) throw new Error(text);
      return session.name;
    };
    const minutes = (count: number) => site.pass(count * 60, 5);

    const first = await start(bob, '2h');
    await site.pass(20);
    await slack.trouble.outage(true);
    const heldBack = slack.calls.length;
    expect((await bot.say(bob, `extend ${first} 1h`)).ok).toBe(true);
    const short = await start(carol, '20m');
    const long = await start(alice, '3h');
    await minutes(35);
    const warned = await start(carol, '35m');
    await minutes(9);
    const extended = await start(bob, '20m');
    await minutes(2);
    const twice = await start(alice, '18m');
    await minutes(6);
    expect((await bot.say(bob, `extend ${extended} 2h`)).ok).toBe(true);
    await minutes(8);
    expect(slack.calls).toHaveLength(heldBack);
    await slack.trouble.outage(false);
    // What was tried last is tried again within a minute and a quarter.
    await site.pass(80, 1);

    const calls = slack.calls.slice(heldBack);
    expect(calls.filter(({ error }) => error !== null)).toEqual([]);
    const seen = slack.messagesSeenBy(carol, lab);
    const top = seen.filter(({ threadTs, isEphemeral }) => threadTs === null && !isEphemeral);
    const shown = (name: string) =>
      top.filter(({ words }) => words.split('\n')[0]?.includes(name)).map(({ words }) => words);
    expect(top).toHaveLength(6);
    expect(shown(short)).toEqual([expect.stringContaining('Ended: its time was up')]);
    for (const name of [first, long, warned, extended, twice])
      expect(shown(name)).toEqual([expect.stringContaining('Ready until')]);
    expect(shown(first)[0]).toContain('30 credits');

    // What was posted is there to be read, each once; and each message was edited once at most.
    const messages = [
      ...seen.filter(({ isEphemeral }) => !isEphemeral),
      ...[alice, bob, carol].flatMap((person) => slack.directMessages(person).messages),
    ];
    const posted = calls.filter(({ method }) => method === 'chat.postMessage');
    expect(posted).toHaveLength(messages.length - 1);
    const keys = messages.map(({ metadata }) => JSON.stringify(metadata));
    expect(new Set(keys).size).toBe(messages.length);
    const edits = calls
      .filter(({ method, at }) => method === 'chat.update' && at < (calls[0]?.at ?? 0) + 20_000)
      .map(({ args }) => args['ts']);
    expect(new Set(edits).size).toBe(edits.length);

    const direct = (person: string) =>
      slack.directMessages(person).messages.map(({ words }) => words.split('\n')[0] ?? '');
    expect(direct(bob)).toEqual([]);
    expect(direct(alice)).toEqual([expect.stringContaining(`${twice} ends soon`)]);
    expect(direct(carol).sort()).toEqual(
      [
        expect.stringContaining(`${short} ended`),
        expect.stringContaining(`${warned} ends soon`),
      ].sort(),
    );
    const threadOf = (name: string) => {
      const root = top.find(({ words }) => words.split('\n')[0]?.includes(name));
      return seen.filter(({ threadTs }) => threadTs === root?.ts).map(({ words }) => words);
    };
    expect(threadOf(first)).toEqual([expect.stringContaining('extended it by 1h')]);
    expect(threadOf(extended)).toEqual([expect.stringContaining('extended it by 2h')]);
    expect(threadOf(short)).toEqual([expect.stringContaining('ended')]);
    expect(await site.store.checkBook()).toEqual([]);
  });
});

describe('while Slack is away for some seconds', () => {
  let team: SlackTeam;
  beforeAll(async () => {
    team = await startSlackTeam({ env: { DIBS_CONSOLE: 'on' } });
  });
  afterAll(() => team?.close());
  const { posts, again, untilPost, answerTo } = createTalk(() => team);

  it('Dibs lives, and what was done and what Slack repeats shows when it is back', async () => {
    const { slack, dibs } = team;
    const byApi = async (text: string): Promise<void> => {
      const answer = await fetch(`${dibs.url}/api/commands`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-dibs-person': 'bob' },
        body: JSON.stringify({ text }),
      });
      expect(answer.ok).toBe(true);
    };
    await answerTo(bob, 'start a100 1h');
    const session = await untilPost('<@UBOB> · ');
    await answerTo(bob, 'request 40 more runs');
    const request = await untilPost('asks for *40 credits*');
    const before = posts().length;

    await slack.trouble.outage(true);
    const away = await slack.command(carol, lab, 'start a100 1h');
    expect(away).toMatchObject({ acked: false, problem: 'dispatch_failed' });
    const vote = slack.react(alice, request, 'white_check_mark');
    await byApi('extend 1h');
    await dibs.logged('the connection to Slack was lost');
    await dibs.logged('a notice was not delivered');
    await expectAlive(team);
    await slack.trouble.outage(false);
    await vote;
    await slack.until(() => slack.connections() > 0);
    await slack.passTime(61);
    await team.until(() => again(request).words.includes('Granted by *alice*'));
    await team.until(() => again(session).words.includes('20 credits'));
    expect(await answerTo(carol, 'start a100 1h')).toContain('starts on');
    await untilPost('<@UCAROL> · ');
    expect(posts()).toHaveLength(before + 1);
    await expectAlive(team);
  });
});
