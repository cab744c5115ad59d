import { expect } from 'vitest';
import type { SeenMessage } from './slack/sight.ts';
import { carol, lab, type SlackTeam } from './slack-team.ts';

/** What stands in a channel and in the direct messages of a team, and what people are told there. */
export function createTalk(teamOf: () => SlackTeam, channel = lab) {
  const seen = (person: string) => teamOf().slack.messagesSeenBy(person, channel);
  const posts = () =>
    seen(carol).filter(({ threadTs, isEphemeral }) => threadTs === null && !isEphemeral);
  const whispers = (person: string) => seen(person).filter(({ isEphemeral }) => isEphemeral);
  const direct = (person: string) => teamOf().slack.directMessages(person).messages;
  const postWith = (words: string): SeenMessage => {
    const found = posts().findLast((post) => post.words.includes(words));
    if (!found) throw new Error(`no message says “${words}”`);
    return found;
  };
  /** As it is now. */
  const again = ({ ts }: SeenMessage): SeenMessage => {
    const found = posts().find((post) => post.ts === ts);
    if (!found) throw new Error(`the message ${ts} is gone`);
    return found;
  };
  const untilPost = async (words: string): Promise<SeenMessage> => {
    await teamOf().until(() => posts().some((post) => post.words.includes(words)));
    return postWith(words);
  };
  const toldBy = (messages: (person: string) => SeenMessage[]) => {
    return async (person: string, say: () => Promise<unknown>): Promise<string> => {
      const before = messages(person).length;
      await say();
      await teamOf().until(() => messages(person).length > before);
      return messages(person)
        .slice(before)
        .map(({ words }) => words)
        .join('\n');
    };
  };
  const told = toldBy(whispers);
  return {
    /** In the channel, for everybody, without threads; oldest first. */
    posts,
    postWith,
    again,
    untilPost,
    thread: () => seen(carol).filter(({ threadTs }) => threadTs !== null),
    /** In the channel, for that person alone. */
    whispers,
    direct,
    /** What what somebody does makes Dibs say to them alone, in the channel or directly. */
    told,
    toldDirectly: toldBy(direct),
    /** The answer to a command, which Slack was told of in time. */
    answerTo: (person: string, text: string) =>
      told(person, async () => {
        const { acked, ackMillis } = await teamOf().slack.command(person, channel, text);
        expect({ text, acked, isInTime: ackMillis < 3000 }).toEqual({
          text,
          acked: true,
          isInTime: true,
        });
      }),
  };
}

/** It runs and answers, whatever Slack did. */
export async function expectAlive({ dibs }: SlackTeam): Promise<void> {
  expect(dibs.ending()).toBeNull();
  const answer = await fetch(`${dibs.url}/healthz`);
  expect(await answer.json()).toEqual({ ok: true });
}
