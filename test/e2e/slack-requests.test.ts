import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenMessage, SeenView } from '../support/slack/sight.ts';
import { createTalk, expectAlive } from '../support/slack-talk.ts';
import { alice, bob, carol, lab, type SlackTeam, startSlackTeam } from '../support/slack-team.ts';

const [dora, gwen, sven, nobody] = ['UDORA', 'UGUEST', 'USVEN', 'UNOBODY'];
const [yes, no] = ['white_check_mark', 'x'];

describe('a request for credits in Slack', () => {
  let team: SlackTeam;
  beforeAll(async () => {
    team = await startSlackTeam({
      more: ['dora', 'sven'],
      admins: ['alice', 'dora', 'gwen', 'sven'],
      credits: 5,
      settings: '    approval: { quorumAbove: 300 }',
    });
    // From another workspace, however they are bound in the configuration.
    team.slack.addPerson({ id: sven, name: 'sven', standing: 'stranger' });
    team.slack.addPerson({ id: nobody, name: 'nina', standing: 'member' });
    await team.slack.join(nobody, lab);
  });
  afterAll(() => team?.close());
  const talk = createTalk(() => team);
  const { posts, again, direct, told, toldDirectly, answerTo } = talk;

  /** Asks as bob, and waits until both emoji stand under the request. */
  async function ask(text: string): Promise<SeenMessage> {
    const before = posts().length;
    expect(await answerTo(bob, text)).toMatch(/Request \d+\*: .* The approvers are asked/);
    await team.until(() => posts()[before]?.reactions[no] !== undefined);
    const [post] = posts().slice(before);
    if (!post) throw new Error('no request has been posted');
    return post;
  }
  const formOf = async (person: string): Promise<SeenView> => {
    await team.until(() => team.slack.viewsOf(person).modal !== null);
    const { modal } = team.slack.viewsOf(person);
    if (!modal) throw new Error('there is no form');
    return modal;
  };
  const untilSays = (post: SeenMessage, words: string) =>
    team.until(() => again(post).words.includes(words));
  const numberOf = ({ words }: SeenMessage) => /Request (\d+)/.exec(words)?.[1] ?? '';

  it('is posted with both emoji, and decided by an approver’s and nobody else’s', async () => {
    const { slack } = team;
    const post = await ask('request 200 “ablation with @carol, due Friday”');
    expect(post.words).toContain('<@UBOB> asks for *200 credits* for vision');
    expect(post.words).toContain('“ablation with @carol, due Friday”');
    expect(post.reactions).toEqual({ [yes]: [slack.bot.userId], [no]: [slack.bot.userId] });
    expect(post.buttons).toEqual(['Approve', 'Deny']);

    const ignored = 'Your reaction to request 1 does not count: ';
    for (const [person, why] of [
      [carol, 'only approvers of vision decide'],
      [bob, 'nobody decides on a request of their own'],
    ] as const) {
      const said = await toldDirectly(person, () => slack.react(person, post, yes));
      expect(said).toContain(ignored + why);
    }
    await slack.unreact(carol, post, yes);
    await slack.react(carol, post, no);
    expect(again(post).words).toContain('Open until');

    const granted = await toldDirectly(bob, () => slack.react(alice, post, yes));
    expect(granted).toContain('granted by *alice*');
    await untilSays(post, 'approved');
    expect(again(post).words).toContain('Granted by *alice*');
    expect(again(post).words).toContain('vision now has 205 credits');
    expect(again(post).buttons).toEqual([]);
    expect(direct(carol)).toHaveLength(1);
  });

  it('is denied by an emoji, whose approver is then asked why', async () => {
    const { slack } = team;
    const post = await ask('request 20 more runs');
    const asked = await toldDirectly(alice, () => slack.react(alice, post, no));
    expect(asked).toContain(`You denied request ${numberOf(post)}`);
    const question = direct(alice).at(-1);
    if (!question) throw new Error('nobody was asked');
    await slack.press(alice, question, 'Say why');
    const form = await formOf(alice);
    expect(form.words).toContain('Why? bob will read it.');
    await slack.submit(alice, form, { reason: 'the cluster is full\nuntil Monday' });
    const why = '“the cluster is full until Monday”';
    await team.until(() => direct(bob).at(-1)?.words.includes(why) === true);
    await untilSays(post, why);
    expect(again(post).words).toContain('Denied by *alice*');
    await team.until(() => direct(alice).at(-1)?.buttons.length === 0);
  });

  it('is denied by a button, which asks why first', async () => {
    const { slack } = team;
    const post = await ask('request 30 another try');
    await slack.press(alice, post, 'Deny');
    const form = await formOf(alice);
    const answer = await told(alice, () => slack.submit(alice, form, { reason: 'not this week' }));
    expect(answer).toContain('denied by *alice*');
    await untilSays(post, '“not this week”');
    expect(again(post).buttons).toEqual([]);
  });

  it('counts an emoji that came before Dibs knew where its message is', async () => {
    const { slack } = team;
    slack.trouble.rateLimit({ method: 'reactions.add', seconds: 2, times: 1 });
    const before = posts().length;
    await answerTo(bob, 'request 40 in a hurry');
    await team.until(() => posts().length > before);
    const [post] = posts().slice(before);
    if (!post) throw new Error('no request has been posted');
    await slack.react(alice, post, yes);
    await untilSays(post, 'Granted by *alice*');
    expect(posts()).toHaveLength(before + 1);
  });

  it('is not decided by a vote that was taken back, where several must agree', async () => {
    const { slack } = team;
    const post = await ask('request 400 a big one');
    expect(post.words).toContain('2 approvers must agree');
    await slack.react(alice, post, yes);
    await untilSays(post, 'alice did; 1 more to go');
    await slack.unreact(alice, post, yes);
    await team.until(() => !again(post).words.includes('alice did'));
    await slack.react(dora, post, yes);
    await untilSays(post, 'dora did; 1 more to go');
    await slack.react(alice, post, yes);
    await untilSays(post, 'Granted by *dora and alice*');
  });

  it('is for no guest and nobody of another workspace to decide, and they start nothing', async () => {
    const { slack } = team;
    const post = await ask('request 50 for the guests');
    const number = numberOf(post);
    for (const person of [gwen, sven] as const) {
      const ignored = await toldDirectly(person, () => slack.react(person, post, yes));
      expect(ignored).toContain('only approvers of vision decide');
      expect(await told(person, () => slack.press(person, post, 'Approve'))).toContain(
        'approve is for members of this workspace',
      );
      for (const text of [`approve ${number}`, `deny ${number}`, 'start a100 1h'])
        expect(await answerTo(person, text)).toContain('is for members of this workspace');
    }
    expect(again(post).words).toContain('Open until');
    expect(await told(alice, () => slack.press(alice, post, 'Approve'))).toContain('granted by');
  });

  it('is for nobody who is unknown, until they bring the code of somebody', async () => {
    const refused = await answerTo(nobody, 'request 10 hello');
    expect(refused).toContain(`I do not know you here yet (slack ${nobody})`);
    expect(await answerTo(nobody, 'link')).toContain('I do not know you here yet');
    expect(await answerTo(nobody, 'link WRON-GONE')).toContain('link');
    const [, code = ''] = /link (\S+?)`/.exec(await answerTo(carol, 'link')) ?? [];
    expect(await answerTo(nobody, `link ${code}`)).toContain('Linked: you are one person');
    expect(await answerTo(nobody, 'request 10 hello')).toContain('The approvers are asked');
    await expectAlive(team);
  });
});
