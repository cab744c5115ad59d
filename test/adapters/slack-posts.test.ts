import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPace } from '../../adapters/slack/pace.ts';
import type { MessageRef } from '../../core/message.ts';
import { titled } from '../contract/chat-messages.ts';
import { aPost } from '../support/a-post.ts';
import { type ChatStage, stageChat } from '../support/slack/chat-stage.ts';
import { noon } from '../support/world.ts';

const never = new AbortController().signal;
const lab = { kind: 'channel', channel: 'CLAB' } as const;
const elsewhere = { kind: 'channel', channel: 'CELSEWHERE' } as const;

let stage: ChatStage;
beforeEach(async () => {
  stage = await stageChat();
});
afterEach(() => stage.slack.close());

const post = aPost(lab, titled('ready'), 'a-key');
const repeated = { ...post, isRepeat: true };
const seen = () => stage.slack.messagesSeenBy('UALICE', 'CLAB');

describe('a message to a channel', () => {
  it('is looked for nowhere when it is posted for the first time', async () => {
    await stage.chat.post(post, never);
    expect(stage.methods()).toEqual(['chat.postMessage']);
  });

  it('is looked for when it is repeated, among those of three days, with their keys', async () => {
    await stage.chat.post(repeated, never);
    expect(stage.methods()).toEqual(['conversations.history', 'chat.postMessage']);
    expect(stage.asked('conversations.history')[0]?.args).toEqual({
      channel: 'CLAB',
      oldest: String(noon.getTime() / 1000 - 3 * 24 * 3600),
      limit: '200',
      include_all_metadata: 'true',
    });
  });

  it.each([
    ['is out of order', 'chat_unreachable', () => failHistory()],
    ['is busy', 'chat_busy', () => stage.slack.trouble.rateLimit({ ...history, seconds: 5 })],
  ])('is not posted a second time while Slack %s at the look-back', async (_, code, trouble) => {
    const first = await stage.chat.post(post, never);
    trouble();
    await expect(stage.chat.post(repeated, never)).rejects.toMatchObject({ code });
    expect(seen()).toHaveLength(1);
    expect(await stage.chat.post(repeated, never)).toEqual(first);
    expect(seen()).toHaveLength(1);
  });

  it('is not posted a second time into a thread that cannot be read', async () => {
    const thread = await stage.chat.post(post, never);
    const under = { ...aPost(lab, titled('under it'), 'another-key'), thread };
    const first = await stage.chat.post(under, never);
    stage.slack.trouble.failApi({ method: 'conversations.replies', status: 503, times: 1 });
    const again = { ...under, isRepeat: true };
    await expect(stage.chat.post(again, never)).rejects.toMatchObject({ code: 'chat_unreachable' });
    expect(await stage.chat.post(again, never)).toEqual(first);
    expect(seen()).toHaveLength(2);
  });

  it('is posted again where it cannot be looked for, since Dibs is not in the channel', async () => {
    const repeatedThere = { ...repeated, to: elsewhere };
    await stage.chat.post(repeatedThere, never);
    expect(stage.asked('conversations.history')[0]?.error).toBe('not_in_channel');
    expect(stage.slack.messagesSeenBy('UALICE', 'CELSEWHERE')).toHaveLength(1);
  });

  it.each([
    [599, 3, 1],
    [600, 3, 2],
  ])('is found under %i later ones, and not under more', async (later, pages, copies) => {
    await stage.chat.post(post, never);
    for (let at = 0; at < later; at += 1) stage.slack.say('UALICE', { channel: 'CLAB' }, `${at}`);
    await stage.chat.post(repeated, never);
    expect(stage.asked('conversations.history')).toHaveLength(pages);
    expect(seen().filter(({ metadata }) => metadata !== null)).toHaveLength(copies);
  });

  it('is another one than that of another key', async () => {
    await stage.chat.post(post, never);
    await stage.chat.post({ ...repeated, key: 'another-key' }, never);
    expect(seen()).toHaveLength(2);
  });

  it('stands in its thread and nowhere else, and fetches no previews', async () => {
    const thread: MessageRef = await stage.chat.post(post, never);
    await stage.chat.post({ ...aPost(lab, titled('under it'), 'another'), thread }, never);
    expect(seen().map(({ threadTs }) => threadTs)).toEqual([null, thread.message]);
    for (const { args } of stage.asked('chat.postMessage'))
      expect(args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
  });
});

describe('messages to one channel', () => {
  const postAs = (key: string, to: typeof lab | typeof elsewhere = lab) =>
    stage.chat.post(aPost(to, titled(key), key), never);

  it('go three at once, then one a second, and are put off when that is far', async () => {
    for (const key of ['1', '2', '3']) await postAs(key);
    expect(stage.slept).toEqual([]);
    await postAs('4');
    await postAs('5');
    expect(stage.slept).toEqual([1000, 1000]);
    await postAs('of another', elsewhere);
    expect(stage.slept).toHaveLength(2);
  });

  it('wait two seconds at most, and learn how long it would be', async () => {
    const pace = createPace({ now: () => noon, sleep: async (millis) => void slept.push(millis) });
    const slept: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) await pace.turn('CLAB', never);
    expect(slept).toEqual([1000, 2000]);
    await expect(pace.turn('CLAB', never)).rejects.toMatchObject({
      code: 'chat_busy',
      facts: { retryAfterSeconds: 3 },
    });
    await pace.turn('CELSEWHERE', never);
    expect(slept).toHaveLength(2);
  });

  it('are three at once again after as many seconds of quiet', async () => {
    for (const key of ['1', '2', '3']) await postAs(key);
    stage.clock.jump(2);
    await stage.slack.passTime(2);
    for (const key of ['4', '5', '6']) await postAs(key);
    expect(stage.slept).toEqual([1000]);
    stage.clock.jump(60);
    await stage.slack.passTime(60);
    for (const key of ['7', '8', '9', '10']) await postAs(key);
    expect(stage.slept).toEqual([1000, 1000]);
  });

  it('rest for as long as Slack says when it refuses one', async () => {
    const { chat, slack, clock, asked } = stage;
    slack.trouble.rateLimit({ method: 'chat.postMessage', seconds: 30, times: 1 });
    const busy = (seconds: number) => ({
      code: 'chat_busy',
      facts: { retryAfterSeconds: seconds },
    });
    await expect(chat.post(post, never)).rejects.toMatchObject(busy(30));
    clock.jump(10);
    await expect(chat.post(post, never)).rejects.toMatchObject(busy(20));
    expect(asked('chat.postMessage')).toHaveLength(1);
    clock.jump(20);
    await chat.post(post, never);
    expect(seen()).toHaveLength(1);
  });

  it('do not rest for a failure that says nothing of haste', async () => {
    stage.slack.trouble.failApi({ method: 'chat.postMessage', status: 503, times: 1 });
    await expect(stage.chat.post(post, never)).rejects.toMatchObject({ code: 'chat_unreachable' });
    await stage.chat.post(post, never);
    expect(stage.slept).toEqual([]);
  });
});

const history = { method: 'conversations.history', times: 1 };
const failHistory = () => stage.slack.trouble.failApi({ ...history, status: 503 });
