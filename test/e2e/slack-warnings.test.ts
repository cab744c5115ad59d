import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dibsAt } from '../support/dibs-here.ts';
import { createJumpingClock } from '../support/jumping-clock.ts';
import type { SeenMessage } from '../support/slack/sight.ts';
import { createTalk } from '../support/slack-talk.ts';
import { bob, carol, lab, type SlackTeam, startSlackTeam } from '../support/slack-team.ts';

const minute = 60;

describe('before a session in Slack ends', () => {
  const clock = createJumpingClock();
  let team: SlackTeam;
  beforeAll(async () => {
    team = await startSlackTeam({
      start: dibsAt(clock),
      // Time jumps, and its hosts are there all the while.
      policy: 'policy: { hostSilent: 2h, hostLost: 3h }',
    });
    for (const person of [bob, carol])
      await answerTo(person, `start a100x${person === bob ? 1 : 2} 20m`);
    const isReady = ({ buttons }: SeenMessage) => buttons.includes('Open');
    await team.until(() => posts().filter(isReady).length === 2);
  });
  afterAll(() => team?.close());
  const { posts, postWith, direct, answerTo } = createTalk(() => team);

  const warnings = (person: string) =>
    direct(person).filter(({ words }) => words.includes('ends soon'));
  const warningTo = async (person: string, number: number): Promise<SeenMessage> => {
    await team.until(() => warnings(person).length >= number);
    const warning = warnings(person)[number - 1];
    if (!warning) throw new Error(`${person} was not warned`);
    return warning;
  };
  const again = (person: string, { ts }: SeenMessage) =>
    direct(person).find((message) => message.ts === ts);
  const threadOf = (person: string) => {
    const { ts } = postWith(`<@${person}>`);
    return team.slack.messagesSeenBy(carol, lab).filter(({ threadTs }) => threadTs === ts);
  };
  const untilInThread = (person: string, said: string) =>
    team.until(() => threadOf(person).some(({ words }) => words.includes(said)));

  it('its holder is told directly, with what an hour more costs, and its thread is', async () => {
    expect(direct(bob)).toEqual([]);
    clock.jump(5 * minute);
    for (const [person, price] of [
      [bob, 10],
      [carol, 20],
    ] as const) {
      const warning = await warningTo(person, 1);
      expect(warning.words).toMatch(/It ends <!date\^\d+\^\{ago\}\|.*, at <!date/);
      expect(warning.buttons).toEqual([`Extend +1 h (${price} credits)`, 'Let it end']);
      await untilInThread(person, 'It ends in 15m, unless extended.');
    }
  });

  it('letting it end takes the place of the warning', async () => {
    const warning = await warningTo(bob, 1);
    await team.slack.press(bob, warning, 'Let it end');
    await team.until(() => again(bob, warning)?.words.includes('without another word') === true);
    expect(again(bob, warning)?.words).toMatch(/ends at <!date/);
    expect(again(bob, warning)?.buttons).toEqual([]);
  });

  it('then nobody is warned again, and who did not answer is', async () => {
    clock.jump(10 * minute);
    const second = await warningTo(carol, 2);
    expect(second.buttons).toEqual(['Extend +1 h (20 credits)', 'Let it end']);
    await untilInThread(carol, 'It ends in 5m, unless extended.');
    expect(warnings(bob)).toEqual([]);
    expect(threadOf(bob).map(({ words }) => words)).toEqual([
      expect.stringContaining('It ends in 15m'),
    ]);
  });

  it('extending takes the place of the warning, and shows in the thread', async () => {
    const second = await warningTo(carol, 2);
    await team.slack.press(carol, second, 'Extend +1 h (20 credits)');
    await team.until(() => again(carol, second)?.words.includes('1h more') === true);
    expect(again(carol, second)?.buttons).toEqual([]);
    await untilInThread(carol, 'extended it by 1h');
    await team.until(() => postWith(`<@${carol}>`).words.includes('26.67 credits'));
  });

  it('a warning that is pressed too late says so in its place', async () => {
    const [first] = warnings(carol);
    if (!first) throw new Error('there is no warning left');
    clock.jump(5 * minute);
    await team.until(() => direct(bob).some(({ words }) => words.includes('its time was up')));
    expect(direct(bob)).toHaveLength(2);
    expect(postWith(`<@${carol}>`).buttons).toContain('Stop');
    clock.jump(60 * minute);
    await team.until(() => direct(carol).some(({ words }) => words.includes('its time was up')));
    await team.slack.press(carol, first, 'Let it end');
    await team.until(() => again(carol, first)?.words.includes('Start a new one') === true);
  });
});
