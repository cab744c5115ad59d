import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTalk, expectAlive } from '../support/slack-talk.ts';
import { alice, bob, carol, lab, type SlackTeam, startSlackTeam } from '../support/slack-team.ts';

describe('what is typed in Slack', () => {
  let team: SlackTeam;
  beforeAll(async () => {
    team = await startSlackTeam();
    team.slack.addPerson({ id: 'UNINA', name: 'nina', standing: 'member' });
  });
  afterAll(() => team?.close());
  const { postWith, direct, answerTo, toldDirectly } = createTalk(() => team);

  const nameIn = (answer: string) => /\*([a-z]+-[a-z]+)\*/.exec(answer)?.[1] ?? '?';
  /** What a request says that was made with these words. */
  async function recordOf(request: string): Promise<string> {
    const number = /Request (\d+)/.exec(await answerTo(bob, request))?.[1] ?? '?';
    const title = `Request ${number}\n`;
    await team.until(() => postsWith(title).length > 0);
    const { words } = postWith(title);
    await answerTo(bob, `withdraw ${number}`);
    return words;
  }
  const postsWith = (words: string) =>
    team.slack.messagesSeenBy(carol, lab).filter((post) => post.words.includes(words));

  it('may mention somebody, whom Slack tells us by their id', async () => {
    const { slack } = team;
    expect(await answerTo(alice, 'grant @bob 50 for the tests')).toContain('granted to bob');
    const given = await toldDirectly(carol, async () => {
      const { body } = await slack.command(bob, lab, 'give @carol 5 thanks');
      expect(body['text']).toBe('give <@UCAROL|carol> 5 thanks');
    });
    expect(given).toContain('*bob* gave you 5 credits: thanks.');
  });

  it('is told whom Dibs does not know, by the name that was typed', async () => {
    const answer = await answerTo(bob, 'give @nina 5 thanks');
    expect(answer).toContain('nina');
    expect(answer).not.toContain('UNINA');
    expect(answer).toMatch(/There is (no|nobody)/);
    expect(await answerTo(bob, 'audit @nina')).toMatch(/no person, session or request “@?nina”/);
  });

  it('may have a duration of two words, and spaces that do not break', async () => {
    for (const text of [
      'start a100 2 hours',
      'start\u00a0a100\u202f2\u00a0h',
      'start a100 120 min',
    ]) {
      const answer = await answerTo(bob, text);
      expect(answer).toContain('a100-80gb for 2h, 20 credits held');
      await answerTo(bob, `stop ${nameIn(answer)}`);
    }
  });

  it('may have the dash and the quotes that a phone makes', async () => {
    const answer = await answerTo(bob, 'start “a100” 1h —now');
    expect(answer).toContain('starts on gpu-1: a100-80gb for 1h');
    expect(await answerTo(bob, `extend ${nameIn(answer)} 30 minutes`)).toContain('30m more');
    expect(await answerTo(bob, 'start a100x4 1h –now')).toContain('Leave out `--now`');
    await answerTo(bob, `stop ${nameIn(answer)}`);
    expect(await recordOf('request 5 “two words” ')).toContain('“two words”');
  });

  it('comes out of a reason as it was written, and formats nothing', async () => {
    const written = 'R&D: 1 < 2 > 0, <b>, &amp; <@UALICE> <!channel> https://example.com/?a=1&b=2';
    const words = await recordOf(`request 5 ${written}`);
    expect(words).toContain(
      'R&amp;D: 1 &lt; 2 &gt; 0, &lt;b&gt;, &amp;amp; @alice &lt;!channel&gt; ' +
        'https://example.com/?a=1&amp;b=2',
    );
    const formats = await recordOf('request 5 *bold* _italic_ ~gone~ `code` @here #gpu-lab');
    expect(formats).not.toMatch(/[*_~`](bold|italic|gone|code)/);
    expect(formats).toMatch(/bold.* .italic. .gone. .code. @here #gpu-lab”/);
    expect(JSON.stringify(postsWith('Request '))).not.toContain('"verbatim":false');
  });

  it('may ask for help, for all commands or one', async () => {
    const all = await answerTo(bob, 'help');
    for (const name of ['start', 'stop', 'request', 'balance'])
      expect(all).toContain(`/gpu ${name}`);
    expect(await answerTo(bob, 'help start')).toContain('Refuse instead of waiting in line.');
    expect(await answerTo(bob, 'sart a100 1h')).toContain('start');
    expect(direct(bob).filter(({ words }) => words.includes('wrong on our side'))).toEqual([]);
    await expectAlive(team);
  });
});
