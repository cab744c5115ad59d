import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Reaction } from '../../core/invocation.ts';
import type { Address, MessageRef } from '../../core/message.ts';
import type { Chat } from '../../core/ports.ts';
import { aPost } from '../support/a-post.ts';
import { everyPart, question, titled } from './chat-messages.ts';

/** One chat platform, or its stand-in, with a channel that both people are in. */
export type ChatHarness = {
  /** Of the process that runs now. */
  readonly chat: Chat;
  /** Begins our process anew on the same platform: it remembers nothing of its own. */
  restart(): Promise<void>;
  channel: string;
  /** Two people's ids on the platform. */
  person: string;
  bystander: string;
  /** The titles of the messages that this person can read now, oldest first. */
  titlesSeenBy(externalId: string): Promise<readonly (string | null)[]>;
  /** The emoji that this person sees under a message, each once. */
  emojisSeenBy(externalId: string, ref: MessageRef): Promise<readonly string[]>;
  /** Puts an emoji under a message, or takes it away, as a person does on the platform. */
  press(press: Pick<Reaction, 'externalId' | 'ref' | 'emoji' | 'isAdded'>): Promise<void>;
  /** What our process was told of that, oldest first. */
  heard(): readonly Reaction[];
  close(): Promise<void>;
};

/** What every chat promises. Tests share the platform only: each posts under keys of its own. */
export function chatContract(name: string, createHarness: () => Promise<ChatHarness>): void {
  describe(`chat contract: ${name}`, () => {
    let harness: ChatHarness;
    beforeAll(async () => {
      harness = await createHarness();
    });
    afterAll(() => harness?.close());
    const bench = { harness: () => harness };

    audienceTests(bench);
    repetitionTests(bench);
    updateTests(bench);
    reactionTests(bench);
    abortTests(bench);
  });
}

type Bench = { harness: () => ChatHarness };

const never = new AbortController().signal;

function audienceTests({ harness }: Bench) {
  test('a message to the channel is seen by everybody in it', async () => {
    const { chat, person, bystander, titlesSeenBy } = harness();
    await chat.post(aPost(channelOf(harness()), titled('to all'), 'audience-all'), never);
    expect(await titlesSeenBy(person)).toContain('to all');
    expect(await titlesSeenBy(bystander)).toContain('to all');
  });

  test('a message to a person is seen by that person alone', async () => {
    const { chat, person, bystander, titlesSeenBy } = harness();
    await chat.post(aPost(personOf(harness()), titled('for you'), 'audience-one'), never);
    expect(await titlesSeenBy(person)).toContain('for you');
    expect(await titlesSeenBy(bystander)).not.toContain('for you');
  });

  test('an aside is seen by its person alone, wherever it is shown', async () => {
    const { chat, person, bystander, titlesSeenBy } = harness();
    await chat.post(aPost(asideTo(harness()), titled('between us'), 'audience-aside'), never);
    expect(await titlesSeenBy(person)).toContain('between us');
    expect(await titlesSeenBy(bystander)).not.toContain('between us');
  });

  test('a person of the team itself stands as a member', async () => {
    const { chat, person } = harness();
    const asker = { externalId: person, channel: harness().channel };
    expect(await chat.introduce(asker, never)).toEqual({
      standing: 'member',
      channel: harness().channel,
    });
  });

  test('every kind of part can be posted', async () => {
    const { chat, person, titlesSeenBy } = harness();
    await chat.post(aPost(channelOf(harness()), everyPart, 'audience-parts'), never);
    expect(await titlesSeenBy(person)).toContain('every part');
  });
}

function repetitionTests({ harness }: Bench) {
  test.each(['channel', 'person'] as const)(
    'posting again under the same key posts nothing new, and answers with the same reference: %s',
    async (kind) => {
      const { chat, person, titlesSeenBy } = harness();
      const to = kind === 'channel' ? channelOf(harness()) : personOf(harness());
      const once = aPost(to, titled(`once to a ${kind}`), `repeated-${kind}`);
      const first = await chat.post(once, never);
      expect(await chat.post({ ...once, isRepeat: true }, never)).toEqual(first);
      const titles = await titlesSeenBy(person);
      expect(titles.filter((title) => title === once.message.title)).toHaveLength(1);
    },
  );

  test('a process that follows another posts nothing again that this one had posted', async () => {
    const { chat, restart, person, titlesSeenBy } = harness();
    const once = aPost(channelOf(harness()), titled('once for ever'), 'repeated-later');
    const first = await chat.post(once, never);
    await restart();
    expect(await harness().chat.post({ ...once, isRepeat: true }, never)).toEqual(first);
    const titles = await titlesSeenBy(person);
    expect(titles.filter((title) => title === 'once for ever')).toHaveLength(1);
  });

  test('what is posted under another message is read by everybody, and posted once', async () => {
    const { chat, bystander, titlesSeenBy } = harness();
    const to = channelOf(harness());
    const thread = await chat.post(aPost(to, titled('over it'), 'thread-head'), never);
    const under = { ...aPost(to, titled('under it'), 'thread-line'), thread };
    const first = await chat.post(under, never);
    expect(await chat.post({ ...under, isRepeat: true }, never)).toEqual(first);
    const titles = await titlesSeenBy(bystander);
    expect(titles.filter((title) => title === 'under it')).toHaveLength(1);
  });

  test('what could not be posted before, if it was, is posted then', async () => {
    const { chat, person, titlesSeenBy } = harness();
    const post = aPost(channelOf(harness()), titled('at last'), 'repeated-first');
    await chat.post({ ...post, isRepeat: true }, never);
    expect(await titlesSeenBy(person)).toContain('at last');
  });

  test('the same message under two keys is two messages', async () => {
    const { chat, person, titlesSeenBy } = harness();
    const first = await chat.post(aPost(channelOf(harness()), titled('twice'), 'pair-1'), never);
    const second = await chat.post(aPost(channelOf(harness()), titled('twice'), 'pair-2'), never);
    expect(second).not.toEqual(first);
    expect((await titlesSeenBy(person)).filter((title) => title === 'twice')).toHaveLength(2);
  });
}

function updateTests({ harness }: Bench) {
  test('an update replaces the message where it stands', async () => {
    const { chat, person, titlesSeenBy } = harness();
    const ref = await chat.post(aPost(channelOf(harness()), titled('pulling'), 'updated'), never);
    await chat.post(aPost(channelOf(harness()), titled('said later'), 'updated-later'), never);
    await chat.update(ref, titled('ready'), never);
    const titles = await titlesSeenBy(person);
    expect(titles).not.toContain('pulling');
    expect(titles.indexOf('ready')).toBeGreaterThanOrEqual(0);
    expect(titles.indexOf('ready')).toBeLessThan(titles.indexOf('said later'));
  });

  test('an update of a private message stays private', async () => {
    const { chat, bystander, titlesSeenBy } = harness();
    const ref = await chat.post(
      aPost(personOf(harness()), titled('link'), 'private-update'),
      never,
    );
    await chat.update(ref, titled('new link'), never);
    expect(await titlesSeenBy(bystander)).not.toContain('new link');
  });

  test('a reference outlives our process, and so does its privacy', async () => {
    const { chat, restart, person, bystander, titlesSeenBy } = harness();
    const shared = await chat.post(
      aPost(channelOf(harness()), titled('before'), 'outlives-all'),
      never,
    );
    const own = await chat.post(
      aPost(personOf(harness()), titled('own before'), 'outlives-one'),
      never,
    );
    await restart();
    const { chat: restarted } = harness();
    await restarted.update(shared, titled('after'), never);
    await restarted.update(own, titled('own after'), never);
    await restarted.update(own, titled('own at last'), never);
    const titles = await titlesSeenBy(person);
    expect(titles.filter((title) => title === 'after')).toHaveLength(1);
    expect(titles.filter((title) => title === 'own at last')).toHaveLength(1);
    expect(titles).not.toContain('own after');
    expect(await titlesSeenBy(bystander)).toContain('after');
    expect(await titlesSeenBy(bystander)).not.toContain('own at last');
  });
}

function reactionTests({ harness }: Bench) {
  test('the emoji that a message names stand under it, for everybody who reads it', async () => {
    const { chat, bystander, emojisSeenBy } = harness();
    const ref = await chat.post(aPost(channelOf(harness()), question, 'emojis'), never);
    expect(await emojisSeenBy(bystander, ref)).toEqual(['✅', '❌']);
  });

  test('an emoji that is pressed and taken away is heard with the reference of its message', async () => {
    const { chat, person, press, heard } = harness();
    const ref = await chat.post(aPost(channelOf(harness()), question, 'pressed'), never);
    const pressed = { externalId: person, ref, emoji: '✅' };
    await press({ ...pressed, isAdded: true });
    await press({ ...pressed, isAdded: false });
    const [added, removed] = heard().slice(-2);
    expect(added).toMatchObject({ ...pressed, isAdded: true, standing: 'member' });
    expect(removed).toMatchObject({ ...pressed, isAdded: false });
    expect(removed?.requestKey).not.toBe(added?.requestKey);
  });

  test('what people pressed stays when the message is updated', async () => {
    const { chat, person, bystander, press, emojisSeenBy } = harness();
    const ref = await chat.post(aPost(channelOf(harness()), question, 'decided'), never);
    await press({ externalId: person, ref, emoji: '✅', isAdded: true });
    await chat.update(ref, titled('the record'), never);
    expect(await emojisSeenBy(bystander, ref)).toContain('✅');
  });

  test('a message from before our process is pressed under the same reference', async () => {
    const { chat, restart, person } = harness();
    const ref = await chat.post(aPost(channelOf(harness()), question, 'outlives-emojis'), never);
    await restart();
    const { chat: restarted, press, heard } = harness();
    await restarted.update(ref, question, never);
    await press({ externalId: person, ref, emoji: '❌', isAdded: true });
    expect(heard().at(-1)).toMatchObject({ externalId: person, ref, emoji: '❌', isAdded: true });
  });
}

function abortTests({ harness }: Bench) {
  test('an aborted call throws an aborted fault and posts nothing', async () => {
    const { chat, person, titlesSeenBy } = harness();
    const called = aPost(channelOf(harness()), titled('called off'), 'aborted');
    const post = chat.post(called, AbortSignal.abort());
    await expect(post).rejects.toMatchObject({ name: 'Fault', code: 'aborted' });
    expect(await titlesSeenBy(person)).not.toContain('called off');
  });
}

function channelOf({ channel }: ChatHarness): Address {
  return { kind: 'channel', channel };
}

function personOf({ person }: ChatHarness): Address {
  return { kind: 'person', externalId: person };
}

function asideTo({ person, channel }: ChatHarness): Address {
  return { kind: 'aside', externalId: person, channel, reply: null };
}
