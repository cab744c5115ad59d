import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../core/message.ts';
import { question, titled } from '../contract/chat-messages.ts';
import { aPost } from '../support/a-post.ts';
import {
  type ChatStage,
  openResponseUrl,
  type ResponseUrl,
  stageChat,
} from '../support/slack/chat-stage.ts';

const never = new AbortController().signal;
const lab = { kind: 'channel', channel: 'CLAB' } as const;

let stage: ChatStage;
let response: ResponseUrl;
beforeEach(async () => {
  [stage, response] = await Promise.all([stageChat(), openResponseUrl()]);
});
afterEach(() => Promise.all([stage.slack.close(), response.close()]));

const withFile: Message = {
  title: 'history',
  tone: 'neutral',
  parts: [{ kind: 'file', name: 'history.csv', mediaType: 'text/csv', text: 'date,amount\r\n' }],
};

const directOf = (person: string) => stage.slack.directMessages(person).messages;

function aside(reply: string | null, changes: { channel?: string; message?: Message } = {}) {
  const { channel = 'CLAB', message = titled('yours') } = changes;
  const to = { kind: 'aside', externalId: 'UALICE', channel, reply } as const;
  return stage.chat.post(aPost(to, message, 'a-key'), never);
}

describe('an answer to one person', () => {
  it('on the Home tab is shown there and nowhere else', async () => {
    expect(await aside('home')).toEqual({ channel: 'UALICE', message: 'a-key' });
    expect(stage.homes).toEqual([{ externalId: 'UALICE', answer: titled('yours') }]);
    expect(stage.refreshed).toEqual([]);
    expect(stage.asked()).toEqual([]);
  });

  it.each([
    ['respond', { response_type: 'ephemeral', replace_original: false }],
    ['replace', { replace_original: true }],
  ])('takes the way that its press gave: %s', async (kind, how) => {
    expect(await aside(`${kind} ${response.url}`)).toEqual({ channel: 'CLAB', message: 'a-key' });
    expect(response.bodies).toEqual([
      { method: 'POST', ...how, text: 'yours: Some words.', blocks: expect.any(Array) },
    ]);
    expect(stage.asked()).toEqual([]);
    expect(stage.refreshed).toEqual(['UALICE']);
  });

  it.each([404, 410, 400])('takes another way where that one is used up: %i', async (status) => {
    response.say(status);
    const ref = await aside(`respond ${response.url}`);
    const [seen] = stage.slack.messagesSeenBy('UALICE', 'CLAB');
    expect(seen).toMatchObject({ isEphemeral: true, ts: ref.message });
    expect(stage.methods()).toEqual(['chat.postEphemeral']);
  });

  it('is repeated later where Slack is busy or out of order, and said in no other way', async () => {
    response.say(429, { 'retry-after': '7' });
    await expect(aside(`respond ${response.url}`)).rejects.toMatchObject({
      code: 'chat_busy',
      facts: { retryAfterSeconds: 7 },
    });
    response.say(429);
    await expect(aside(`respond ${response.url}`)).rejects.toMatchObject({
      facts: { retryAfterSeconds: 1 },
    });
    for (const status of [500, 503]) {
      response.say(status);
      const said = aside(`respond ${response.url}`);
      await expect(said).rejects.toMatchObject({ code: 'chat_unreachable' });
    }
    expect(stage.asked()).toEqual([]);
  });

  it('follows no redirect, and says that nobody was there', async () => {
    response.say(307, { location: response.url });
    const unreachable = { code: 'chat_unreachable' };
    await expect(aside(`respond ${response.url}`)).rejects.toMatchObject(unreachable);
    expect(response.bodies).toHaveLength(1);
    await expect(aside('respond http://127.0.0.1:1/')).rejects.toMatchObject(unreachable);
  });

  it('is called off with its call', async () => {
    const ending = new AbortController();
    const to = { kind: 'aside', externalId: 'UALICE', channel: 'CLAB' } as const;
    const reply = `respond ${response.url}`;
    const said = stage.chat.post(aPost({ ...to, reply }, titled('x'), 'k'), ending.signal);
    ending.abort();
    await expect(said).rejects.toMatchObject({ code: 'aborted' });
  });

  it('without a way back is whispered in its channel', async () => {
    await aside(null);
    expect(stage.slack.messagesSeenBy('UALICE', 'CLAB')).toMatchObject([{ isEphemeral: true }]);
    expect(stage.slack.messagesSeenBy('UBOB', 'CLAB')).toEqual([]);
  });

  it.each([
    ['Dibs is not in', 'CELSEWHERE', () => undefined],
    ['they are not in', 'CLAB', () => void stage.slack.leave('UALICE', 'CLAB')],
  ])('is a direct message where it is from a channel that %s', async (_, channel, leave) => {
    leave();
    const ref = await aside(null, { channel });
    expect(directOf('UALICE')).toMatchObject([{ channel: ref.channel, ts: ref.message }]);
  });

  it('is repeated later where it could not be whispered for any other reason', async () => {
    stage.slack.trouble.failApi({ method: 'chat.postEphemeral', status: 503, times: 1 });
    await expect(aside(null)).rejects.toMatchObject({ code: 'chat_unreachable' });
    expect(directOf('UALICE')).toEqual([]);
  });

  it('has its files where nobody else is, and says so', async () => {
    await aside(null, { message: withFile });
    const [inLab] = stage.slack.messagesSeenBy('UALICE', 'CLAB');
    expect(inLab?.words).toContain('history.csv is in your direct messages with Dibs');
    expect(inLab?.files).toEqual([]);
    expect(directOf('UALICE').flatMap(({ files }) => files)).toMatchObject([
      { name: 'history.csv' },
    ]);
    expect(stage.slack.messagesSeenBy('UBOB', 'CLAB')).toEqual([]);
  });
});

describe('what goes with a message', () => {
  it('files stand beside it, in its thread', async () => {
    const thread = await stage.chat.post(aPost(lab, titled('over it'), 'head'), never);
    await stage.chat.post({ ...aPost(lab, withFile, 'files'), thread }, never);
    const seen = stage.slack.messagesSeenBy('UALICE', 'CLAB');
    const holding = seen.filter(({ files }) => files.length > 0);
    expect(holding.map(({ threadTs }) => threadTs)).toEqual([thread.message]);
    expect(seen.at(1)?.words).not.toContain('direct messages');
  });

  it('emoji that are there already, or that Slack does not want, keep nothing back', async () => {
    const ref = await stage.chat.post(aPost(lab, question, 'a-key'), never);
    const again = { ...aPost(lab, question, 'a-key'), isRepeat: true };
    expect(await stage.chat.post(again, never)).toEqual(ref);
    expect(stage.asked('reactions.add').map(({ error }) => error)).toEqual([
      ...[null, null],
      ...['already_reacted', 'already_reacted'],
    ]);
    const odd: Message = { ...question, parts: [{ kind: 'reactions', emojis: ['odd', '✅'] }] };
    await stage.chat.post(aPost(lab, odd, 'odd'), never);
    expect(stage.asked('reactions.add').at(-1)?.args).toMatchObject({ name: 'white_check_mark' });
    expect(stage.asked('reactions.add')).toHaveLength(5);
  });

  it('emoji are put there later where Slack is out of order', async () => {
    stage.slack.trouble.failApi({ method: 'reactions.add', status: 503, times: 1 });
    const post = aPost(lab, question, 'a-key');
    await expect(stage.chat.post(post, never)).rejects.toMatchObject({ code: 'chat_unreachable' });
    await stage.chat.post({ ...post, isRepeat: true }, never);
    const [seen, ...others] = stage.slack.messagesSeenBy('UALICE', 'CLAB');
    expect(Object.keys(seen?.reactions ?? {})).toEqual(['white_check_mark', 'x']);
    expect(others).toEqual([]);
  });

  it.each([
    [{ seconds: 10, times: 3 }, [10_000, 10_000, 10_000], null],
    [{ seconds: 1, times: 4 }, [1000, 1000, 1000], 'chat_unreachable'],
    [{ seconds: 11, times: 1 }, [], 'chat_unreachable'],
  ])('is waited for while Slack is busy, but not for ever: %o', async (busy, slept, code) => {
    stage.slack.trouble.rateLimit({ method: 'reactions.add', ...busy });
    const posted = stage.chat.post(aPost(lab, question, 'a-key'), never);
    expect(
      await posted.then(
        () => null,
        (error) => error.code,
      ),
    ).toBe(code);
    expect(stage.slept).toEqual(slept);
  });
});

describe('where somebody is met', () => {
  it('their direct messages are opened once', async () => {
    const to = { kind: 'person', externalId: 'UALICE' } as const;
    for (const key of ['1', '2']) await stage.chat.post(aPost(to, titled(key), key), never);
    expect(stage.asked('conversations.open')).toHaveLength(1);
    expect(directOf('UALICE')).toHaveLength(2);
  });

  it.each(['', 'D0OTHERS'])(
    'from “%s”, which is closed to us, it is ours with them',
    async (channel) => {
      const met = await stage.chat.introduce({ externalId: 'UALICE', channel }, never);
      expect(met).toEqual({
        standing: 'member',
        channel: stage.slack.directMessages('UALICE').channel,
      });
    },
  );

  it('what they are is asked again after ten minutes, and is what it was while Slack is away', async () => {
    const standing = async () =>
      (await stage.chat.introduce({ externalId: 'UALICE', channel: 'CLAB' }, never)).standing;
    const asked = () => stage.asked('users.info').length;
    expect(await standing()).toBe('member');
    await stage.slack.trouble.deactivate('UALICE');
    stage.clock.jump(599);
    expect([await standing(), asked()]).toEqual(['member', 1]);
    stage.clock.jump(1);
    stage.slack.trouble.failApi({ method: 'users.info', status: 503, times: 1 });
    expect([await standing(), asked()]).toEqual(['member', 2]);
    stage.clock.jump(599);
    expect([await standing(), asked()]).toEqual(['member', 2]);
    stage.clock.jump(1);
    expect([await standing(), asked()]).toEqual(['guest', 3]);
    expect(stage.asked('auth.test')).toHaveLength(1);
  });

  it('what they were does not count where Slack refuses to say what they are', async () => {
    const asker = { externalId: 'UALICE', channel: 'CLAB' };
    await stage.chat.introduce(asker, never);
    stage.clock.jump(600);
    stage.slack.trouble.failApi({ method: 'users.info', status: 404, times: 1 });
    const refused = { code: 'chat_refused' };
    await expect(stage.chat.introduce(asker, never)).rejects.toMatchObject(refused);
  });

  it.each([
    ['UBOB', 'guest'],
    ['USTRANGER', 'guest'],
  ])('%s is a %s', async (externalId, standing) => {
    expect(await stage.chat.introduce({ externalId, channel: 'CLAB' }, never)).toMatchObject({
      standing,
    });
  });
});

it('a call that is off already asks Slack nothing', async () => {
  const [gone, post] = [AbortSignal.abort(), aPost(lab, titled('x'), 'k')];
  const aborted = { code: 'aborted' };
  await expect(stage.chat.post(post, gone)).rejects.toMatchObject(aborted);
  await expect(
    stage.chat.update({ channel: 'CLAB', message: '1.2' }, titled('x'), gone),
  ).rejects.toMatchObject(aborted);
  expect(stage.asked()).toEqual([]);
});
