import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/databases.ts';
import { createQuickClock } from '../support/quick-clock.ts';
import type { Delivered } from '../support/slack/courier.ts';
import { createTalk, expectAlive } from '../support/slack-talk.ts';
import { alice, bob, carol, lab, type SlackTeam, startSlackTeam } from '../support/slack-team.ts';

const yes = 'white_check_mark';

describe.each(['sockets', 'http'] as const)('what Slack says twice, by %s', (mode) => {
  let team: SlackTeam;
  beforeAll(async () => {
    const { url } = await createTestDatabase();
    team = await startSlackTeam({
      mode,
      env: mode === 'http' ? { DATABASE_URL: url } : {},
      clock: createQuickClock(),
      more: ['dora', 'erin'],
      admins: ['alice', 'dora'],
      settings: '    approval: { quorumAbove: 30 }',
      // Too short for the first start on a host, which pulls for six seconds and boots for three.
      policy: 'policy: { startDeadline: 8s }',
    });
  });
  afterAll(() => team?.close());
  const talk = createTalk(() => team);
  const { posts, postWith, again, untilPost, thread, whispers, direct, answerTo } = talk;

  async function twice<T>(act: () => Promise<T>): Promise<T> {
    team.slack.trouble.deliverTwice(true);
    try {
      return await act();
    } finally {
      team.slack.trouble.deliverTwice(false);
    }
  }
  /** As Slack repeats it, and as somebody does who has overheard it. */
  async function repeat({ redeliver, replay }: Delivered): Promise<void> {
    for (const one of [await redeliver(), await replay()]) expect(one.acked).toBe(true);
  }
  /** What bob said before has been answered when this is. */
  async function settle(person = bob): Promise<string> {
    const before = whispers(person).length;
    const balance = () =>
      whispers(person)
        .slice(before)
        .find(({ words }) => words.includes('Balance of'));
    await team.slack.command(person, lab, 'balance');
    await team.until(() => balance() !== undefined);
    return balance()?.words ?? '';
  }
  /** What that person was told since, without links and the balance that `settle` asks for. */
  const answersSince = (before: number, person = bob) =>
    whispers(person)
      .slice(before)
      .map(({ words }) => words)
      .filter((words) => !/Balance of|Open JupyterLab/.test(words));
  const isReady = (name: string) =>
    team.until(() => postWith(name).buttons.includes('Open') === true);
  const nameOf = (words: string) => /([a-z]+-[a-z]+)(?=\*? starts)/.exec(words)?.[1] ?? '?';

  it('a command is one session with one answer', async () => {
    const before = whispers(bob).length;
    const said = await twice(() => team.slack.command(bob, lab, 'start a100 1h'));
    await untilPost('a100');
    await repeat(said);
    await settle();
    expect(answersSince(before)).toEqual([expect.stringContaining('starts on gpu-1')]);
    expect(posts()).toHaveLength(1);
  });

  it('a double click of “Try again” is one new session', async () => {
    await team.until(() => posts()[0]?.buttons.includes('Try again') === true);
    const [failed] = posts();
    if (!failed) throw new Error('there is no session');
    const before = whispers(bob).length;
    const presses = await Promise.all([
      team.slack.press(bob, failed, 'Try again'),
      team.slack.press(bob, failed, 'Try again'),
    ]);
    expect(new Set(presses.map((press) => press?.triggerId)).size).toBe(2);
    await settle();
    const [answer = '', ...others] = answersSince(before);
    expect([answer, others]).toEqual([expect.stringContaining('starts on gpu-1'), []]);
    await untilPost(nameOf(answer));
    await isReady(nameOf(answer));
    expect(posts()).toHaveLength(2);
  });

  it('a press is one extension with one answer, and so is a double click', async () => {
    const session = posts().at(-1);
    if (!session) throw new Error('there is no session');
    const before = whispers(bob).length;
    const pressed = await twice(() => team.slack.press(bob, session, 'Extend +1 h'));
    if (pressed) await repeat(pressed);
    await settle();
    expect(answersSince(before)).toEqual([expect.stringContaining('1h more')]);
    await team.until(() => again(session).words.includes('20 credits'));

    const clicks = Array.from({ length: 2 }, () => team.slack.press(alice, session, 'Extend +1 h'));
    await Promise.all(clicks);
    await settle(alice);
    expect(answersSince(0, alice)).toEqual([expect.stringContaining('1h more')]);
    await team.until(() => again(session).words.includes('30 credits'));
    const extensions = () => thread().filter(({ words }) => words.includes('extended it by 1h'));
    await team.until(() => extensions().length === 2);
  });

  it('a form is opened once, and what it says is one session', async () => {
    const before = whispers(carol).length;
    await twice(() => team.slack.command(carol, lab, ''));
    const formOf = () => team.slack.viewsOf(carol).modal;
    // In real time: Slack opens a form for three seconds after the command.
    await team.slack.until(() => (formOf()?.blocks.length ?? 0) > 2);
    const form = formOf();
    if (!form) throw new Error('there is no form');
    const sent = await twice(() => team.slack.submit(carol, form));
    expect(formOf()).toBeNull();
    await repeat(sent);
    await settle(carol);
    const [answer = '', ...others] = answersSince(before, carol);
    expect([answer, others]).toEqual([expect.stringContaining('starts on'), []]);
    await untilPost(nameOf(answer));
    expect(posts()).toHaveLength(3);
  });

  it('a reaction is one vote, taken back once, and one grant', async () => {
    const { slack } = team;
    await answerTo(bob, 'request 40 more runs');
    const post = await untilPost('asks for *40 credits*');
    const reacted = await twice(() => slack.react(alice, post, yes));
    if (reacted) await repeat(reacted);
    await team.until(() => again(post).words.includes('alice did; 1 more to go'));
    const taken = await twice(() => slack.unreact(alice, post, yes));
    if (taken) await repeat(taken);
    await team.until(() => again(post).words.includes('2 approvers must agree. Open'));
    // What was taken back is not there again by an old reaction that comes once more.
    if (reacted) await repeat(reacted);
    await twice(() => slack.react(alice, post, yes));
    await twice(() => slack.react(slack.bot.userId, post, 'eyes'));
    await twice(() => slack.react('UDORA', post, yes));
    await team.until(() => again(post).words.includes('Granted by *alice and dora*'));
    await twice(() => slack.react(carol, post, yes));
    await team.until(() => direct(carol).length > 0);
    await settle(carol);
    const balance = /Available:\* (\d+) credits\n\*Held:\* (\d+) credits/.exec(await settle());
    expect(Number(balance?.[1]) + Number(balance?.[2])).toBe(540);
    expect(direct(carol)).toHaveLength(1);
    expect(direct(bob).filter(({ words }) => words.includes('granted by'))).toHaveLength(1);
    expect(direct(alice)).toEqual([]);
  });

  it('the Home tab is shown, however often it is opened', async () => {
    const opened = await twice(() => team.slack.openHome(carol));
    expect(opened?.acked).toBe(true);
    if (opened) await repeat(opened);
    await team.until(() => team.slack.viewsOf(carol).home?.buttons.includes('Stop') === true);
  });

  it('what is said again before it was answered, for want of an acknowledgement, is once', async () => {
    const { slack } = team;
    // Of whom Slack has not been asked yet: that takes a while now.
    const erin = 'UERIN';
    const before = posts().length;
    slack.trouble.slowApi(4000);
    const lost = slack.trouble.dropAcks(1);
    const first = slack.command(erin, lab, 'start a100 1h');
    await lost;
    await slack.passTime(3);
    expect((await first).problem).toBe('operation_timeout');
    expect((await slack.command(erin, lab, 'start a100 1h')).acked).toBe(true);
    slack.trouble.slowApi(0);
    await settle(erin);
    expect(answersSince(0, erin)).toEqual([expect.stringContaining('starts on')]);
    await untilPost('<@UERIN>');
    expect(posts()).toHaveLength(before + 1);
    await expectAlive(team);
  });
});
