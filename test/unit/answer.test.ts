import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Answering, answer } from '../../bot/loops/answer.ts';
import { createTurns } from '../../bot/loops/turns.ts';
import { plainText, sentence } from '../../bot/render/words.ts';
import type { Delivery, KeptDelivery } from '../../core/delivery.ts';
import { Fault, type FaultCode } from '../../core/fault.ts';
import type { Commands, Reacted, Reply } from '../../core/invocation.ts';
import type { Chat, Post } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import { aDelivery, aReaction } from '../support/a-delivery.ts';
import { noonPlus } from '../support/facts.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { partOf } from '../support/part-of.ts';
import { quietLog } from '../support/site.ts';
import { noon } from '../support/world.ts';

afterEach(() => void vi.restoreAllMocks());

const listed = sentence('good', 'Listed.');
const reply: Reply = { ok: true, message: listed, text: 'Listed.', refusal: null, session: null };
const typed = aDelivery('list', { requestKey: 'list' });
const reaction = aReaction({ requestKey: 'reaction' });
const away: readonly FaultCode[] = ['chat_unreachable', 'chat_busy', 'aborted'];

/** Answers as long after noon as said, and tells what the chat and the store saw of it. */
function answering({
  ageSeconds = 1,
  post = undefined as Chat['post'] | undefined,
  handle = async (): Promise<Reply> => reply,
  react = async (): Promise<Reacted> => 'taken',
  isDecided = false,
} = {}) {
  const posts: Post[] = [];
  const noted: string[] = [];
  const heard: object[] = [];
  const clock = createFakeClock(noonPlus(ageSeconds));
  const store = partOf<Store>({
    isDecided: async () => isDecided,
    async noteAnswered(key) {
      noted.push(`${key} answered`);
    },
    async noteUnanswered(key, { retrySeconds, isDone, isCounted }) {
      const how = [isDone ? ', done' : '', isCounted ? ', counted' : ''].join('');
      noted.push(`${key} again in ${retrySeconds}${how}`);
    },
  });
  const chat = partOf<Chat>({
    introduce: async ({ channel }) => ({ standing: 'guest', channel: `${channel}-of-theirs` }),
    async post(posted, signal) {
      posts.push(posted);
      return post ? post(posted, signal) : { channel: 'lab', message: 'm' };
    },
  });
  const commands = partOf<Commands>({
    async handle(invocation) {
      heard.push(invocation);
      return handle();
    },
    async react(asked) {
      heard.push(asked);
      return react();
    },
  });
  const deps: Answering = {
    store,
    clock,
    log: quietLog,
    commands,
    chats: new Map([['console', chat]]),
    turns: createTurns(clock, 1),
  };
  const done = (delivery: Delivery, facts: Partial<KeptDelivery> = {}) =>
    answer(deps, { delivery, keptAt: noon, attempts: 1, isDone: false, ...facts });
  return { done, posts, noted, heard };
}

const fails = (error: unknown) => async () => Promise.reject(error);

describe('what somebody typed', () => {
  it('is done as who they are there, and answered aside, once', async () => {
    const { done, posts, noted, heard } = answering();
    expect(await done(typed)).toBe(true);
    expect(heard).toMatchObject([{ standing: 'guest', channel: 'lab-of-theirs', text: 'list' }]);
    const to = { kind: 'aside', externalId: 'bob', channel: 'lab-of-theirs' };
    const reply = 'https://chat/reply';
    expect(posts).toMatchObject([
      { to: { ...to, reply }, key: 'list', message: listed, isRepeat: false, thread: null },
    ]);
    expect(noted).toEqual(['list answered']);
  });

  it('may have been answered before from its second attempt on', async () => {
    const { done, posts } = answering();
    await done(typed, { attempts: 2 });
    expect(posts).toMatchObject([{ isRepeat: true }]);
  });

  it('is over where there is no chat for it', async () => {
    const { done, heard, noted } = answering();
    await done(aDelivery('list', { platform: 'slack', requestKey: 'list' }));
    expect([heard, noted]).toEqual([[], ['list answered']]);
  });

  it('is given twenty seconds', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    await answering().done(typed);
    expect(timeout.mock.calls).toEqual([[20_000]]);
  });

  it('is not done after ten minutes, unless it was done before', async () => {
    const tooLate = expect.stringContaining('is not done any more');
    const said = async (ageSeconds: number, isDecided = false, isDone = false) => {
      const { done, posts } = answering({ ageSeconds, isDecided });
      await done(typed, { isDone });
      return posts.map(({ message }) => plainText(message));
    };
    expect(await said(600)).toEqual(['Listed.']);
    expect(await said(600.001)).toEqual([tooLate]);
    expect(await said(601, true)).toEqual(['Listed.']);
    expect(await said(601, false, true)).toEqual(['Listed.']);
  });
});

describe('an answer that failed', () => {
  it('by a mistake of ours is tried again ever more slowly, and apologised for at the fifth', async () => {
    const notedAfter = async (attempts: number) => {
      const { done, noted, posts } = answering({ handle: fails(new TypeError('ours')) });
      expect(await done(typed, { attempts })).toBe(attempts >= 5);
      return [...noted, ...posts.map(({ message }) => plainText(message))];
    };
    expect(await notedAfter(1)).toEqual(['list again in 2, counted']);
    expect(await notedAfter(4)).toEqual(['list again in 16, counted']);
    expect(await notedAfter(5)).toEqual([
      'list answered',
      expect.stringContaining('Something went wrong on our side with “/gpu list”'),
    ]);
  });

  it.each(away)('for %s is tried again for four hours, and not counted', async (code) => {
    const notedAt = async (ageSeconds: number, attempts: number) => {
      let isFirst = true;
      const post: Chat['post'] = async () => {
        if (isFirst) {
          isFirst = false;
          throw new Fault(code);
        }
        return { channel: 'lab', message: 'm' };
      };
      const { done, noted, posts } = answering({ ageSeconds, post, isDecided: true });
      await done(typed, { attempts });
      return [...noted, posts.at(-1)?.key];
    };
    expect(await notedAt(1, 5)).toEqual(['list again in 32, done', 'list']);
    expect(await notedAt(4 * 3600, 100)).toEqual(['list again in 60, done', 'list']);
    expect(await notedAt(4 * 3600 + 1, 1)).toEqual(['list answered', 'list:given-up']);
  });

  it('is tried again when the chat wants it', async () => {
    const post = fails(new Fault('chat_busy', { retryAfterSeconds: 7 }));
    const { done, noted } = answering({ post });
    expect(await done(typed)).toBe(false);
    expect(noted).toEqual(['list again in 7, done']);
  });

  it('is apologised for where the chat refuses it, by direct message and for the first time', async () => {
    const post: Chat['post'] = async ({ to }) => {
      if (to.kind === 'aside') throw new Fault('chat_refused');
      return { channel: 'lab', message: 'm' };
    };
    const { done, noted, posts } = answering({ post });
    expect(await done(typed, { attempts: 2 })).toBe(true);
    expect(posts[1]).toMatchObject({ to: { kind: 'person', externalId: 'bob' }, isRepeat: false });
    expect(noted).toEqual(['list answered']);
  });

  it('is not over where the apology fails too', async () => {
    const { done } = answering({ post: fails(new Fault('chat_refused')) });
    await expect(done(typed)).rejects.toMatchObject({ code: 'chat_refused' });
  });
});

describe('a reaction', () => {
  it('is taken as who reacts is there, and answered by nothing', async () => {
    const { done, heard, posts, noted } = answering();
    expect(await done(reaction)).toBe(true);
    expect(heard).toMatchObject([{ emoji: '✅', standing: 'guest' }]);
    expect([posts, noted]).toEqual([[], ['reaction answered']]);
  });

  it('waits two minutes for its message, every two seconds and uncounted', async () => {
    const notedAt = async (ageSeconds: number) => {
      const { done, noted } = answering({ ageSeconds, react: async () => 'unknown_message' });
      return [await done(reaction), ...noted];
    };
    expect(await notedAt(120)).toEqual([false, 'reaction again in 2']);
    expect(await notedAt(120.001)).toEqual([true, 'reaction answered']);
  });

  it('that fails again and again is apologised for to nobody', async () => {
    const { done, posts, noted } = answering({ react: fails(new TypeError('ours')) });
    expect(await done(reaction, { attempts: 5 })).toBe(true);
    expect([posts, noted]).toEqual([[], ['reaction answered']]);
  });
});
