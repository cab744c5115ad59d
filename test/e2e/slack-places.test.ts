import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenMessage } from '../support/slack/sight.ts';
import { alice, bob, carol, lab, type SlackTeam, startSlackTeam } from '../support/slack-team.ts';

const [between, secret] = ['DOTHERS', 'CSECRET'];

describe('where a session is asked for in Slack', () => {
  let team: SlackTeam;
  beforeAll(async () => {
    team = await startSlackTeam({ more: ['dora'] });
    const { slack } = team;
    const closed = { isPrivate: true, withBot: false };
    slack.addChannel({ id: between, name: 'directmessage', members: [carol, bob], ...closed });
    slack.addChannel({ id: secret, name: 'secret', members: [dora, bob], ...closed });
    for (const person of [alice, bob]) await slack.openHome(person);
  });
  afterAll(() => team?.close());

  const dora = 'UDORA';
  const direct = (person: string) => team.slack.directMessages(person).messages;
  const sessions = (messages: readonly SeenMessage[]) =>
    messages.filter(
      ({ words, isEphemeral, threadTs }) =>
        words.includes('(simulated)\n') && !isEphemeral && threadTs === null,
    );
  const [theirs, isReady] = [
    (person: string) => sessions(direct(person)),
    ({ buttons }: SeenMessage) => buttons.includes('Open'),
  ];
  const seenIn = (person: string, channel: string) => team.slack.messagesSeenBy(person, channel);
  const until = async (person: string, says: string) => {
    await team.until(() => direct(person).some(({ words }) => words.includes(says)));
    return direct(person).filter(({ words }) => words.includes(says));
  };

  it('in the direct messages with Dibs it is shown there, and its buttons leave it there', async () => {
    const { slack } = team;
    const { channel } = slack.directMessages(bob);
    if (channel === null) throw new Error('bob has not opened the app');
    await slack.command(bob, channel, 'start a100 1h');
    await team.until(() => theirs(bob).some(isReady));
    await until(bob, 'is ready');
    const [message] = theirs(bob);
    if (!message) throw new Error('there is no session');
    const before = direct(bob).length;
    await slack.press(bob, message, 'Open');
    await team.until(() => direct(bob).length > before);
    expect(direct(bob).at(-1)?.words).toContain('token=');
    expect(theirs(bob).map(({ ts }) => ts)).toEqual([message.ts]);
    expect(theirs(bob).every(isReady)).toBe(true);
    await slack.press(bob, message, 'Stop');
    await team.until(() => theirs(bob)[0]?.words.includes('Ended: stopped by its holder') === true);
    expect(theirs(bob)).toHaveLength(1);
    expect(seenIn(carol, lab)).toEqual([]);
  });

  it('between two people it goes to the direct messages with Dibs, and no admin minds', async () => {
    const { slack } = team;
    await slack.command(carol, between, 'start a100 1h');
    await team.until(() => theirs(carol).some(isReady));
    await until(carol, 'is ready');
    const [answer, ...others] = seenIn(carol, between);
    expect([answer?.words, others]).toEqual([expect.stringContaining('starts on gpu-1'), []]);
    expect(seenIn(bob, between)).toEqual([]);
    expect(direct(alice)).toEqual([]);
  });

  it('in a private channel without Dibs it goes on directly, and the admins are told', async () => {
    const { slack } = team;
    await slack.command(dora, secret, 'start a100 1h');
    await team.until(() => theirs(dora).some(isReady));
    await until(dora, 'is ready');
    const [told] = await until(alice, 'I cannot post in <#CSECRET>');
    expect(told?.words).toContain('`/invite @Dibs`');
    expect(told?.words).toContain('by direct message meanwhile');
    const [message] = theirs(dora);
    if (!message) throw new Error('there is no session');
    await slack.press(dora, message, 'Extend +1 h');
    await team.until(() => theirs(dora)[0]?.words.includes('20 credits') === true);
    expect(theirs(dora)).toHaveLength(1);
    expect(seenIn(dora, secret).map(({ isEphemeral }) => isEphemeral)).toEqual([true]);
    expect(seenIn(bob, secret)).toEqual([]);
    await slack.command(bob, secret, 'start a100 1h');
    await team.until(() => theirs(bob).length === 2);
    expect(direct(alice)).toHaveLength(1);
  });
});
