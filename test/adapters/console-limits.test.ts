import { describe, expect, it } from 'vitest';
import type { Message } from '../../core/message.ts';
import { aPost } from '../support/a-post.ts';
import { noCommands, startConsole } from '../support/console.ts';

const never = new AbortController().signal;
const toLab = { kind: 'channel', channel: 'lab' } as const;
const hello: Message = { title: 'hello', tone: 'neutral', parts: [] };
const question: Message = { ...hello, parts: [{ kind: 'reactions', emojis: ['✅'] }] };

describe('the limits of what a page may send', () => {
  const command = { person: 'bob', text: 'list', requestKey: 'key-00001' };

  it.each([
    ['a line of 2,000 characters', { text: 'x'.repeat(2000) }, 200],
    ['a line of 2,001', { text: 'x'.repeat(2001) }, 400],
    ['a key of 8', { requestKey: 'k'.repeat(8) }, 200],
    ['a key of 7', { requestKey: 'k'.repeat(7) }, 400],
    ['a key of 100', { requestKey: 'k'.repeat(100) }, 200],
    ['a key of 101', { requestKey: 'k'.repeat(101) }, 400],
    ['a person of 100', { person: 'p'.repeat(100) }, 404],
    ['a person of 101', { person: 'p'.repeat(101) }, 400],
    ['a person of none', { person: '' }, 400],
  ])('%s with a command', async (_, change, status) => {
    const { send, invocations } = startConsole();
    expect((await send('commands', { ...command, ...change })).status).toBe(status);
    expect(invocations).toHaveLength(status === 200 ? 1 : 0);
  });

  const press = { ...command, message: 'm', emoji: '✅', isAdded: true };

  it.each([
    ['a message of 200 characters', { message: 'm'.repeat(200) }, 404],
    ['a message of 201', { message: 'm'.repeat(201) }, 400],
    ['a message of none', { message: '' }, 400],
    ['an emoji of 50', { emoji: 'e'.repeat(50) }, 409],
    ['an emoji of 51', { emoji: 'e'.repeat(51) }, 400],
    ['an emoji of none', { emoji: '' }, 400],
    ['a person that nobody knows', { person: 'mallory' }, 404],
  ])('%s with a reaction', async (_, change, status) => {
    const { send, chat, reactions } = startConsole();
    await chat.post(aPost(toLab, question, 'm'), never);
    const response = await send('reactions', { ...press, ...change });
    expect(response.status).toBe(status);
    expect(await response.json()).toHaveProperty('error');
    expect(reactions).toEqual([]);
  });

  it('a body of 16 KiB is read, and a byte more is not', async () => {
    const { send } = startConsole();
    const bare = JSON.stringify({ ...command, more: '' }).length;
    const statusAt = async (length: number) =>
      (await send('commands', { ...command, more: 'x'.repeat(length - bare) })).status;
    expect(await statusAt(16 * 1024)).toBe(200);
    expect(await statusAt(16 * 1024 + 1)).toBe(413);
    const reaction = { ...press, more: 'x'.repeat(17_000) };
    expect((await send('reactions', reaction)).status).toBe(413);
  });

  it('twenty suggestions are shown, to somebody who is known', async () => {
    const complete = async () =>
      Array.from({ length: 21 }, (_, at) => ({ text: `${at}`, hint: '' }));
    const { app } = startConsole({ commands: { ...noCommands, complete } });
    const response = await app.request('/console/complete?person=bob&text=s');
    expect(await response.json()).toHaveProperty('suggestions.length', 20);
    expect((await app.request('/console/complete?person=mallory&text=s')).status).toBe(400);
    expect((await app.request('/console/complete?person=bob')).status).toBe(400);
  });
});

it('what the page is made of runs no script of others, is in no frame and tells nobody', async () => {
  const { app } = startConsole();
  for (const path of ['/', '/console/main.js', '/console/frame.css']) {
    const { headers } = await app.request(path);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});

describe('a tab', () => {
  it('may leave a thousand events unread, and is let go at the next', async () => {
    const { chat, open } = startConsole();
    const bob = await open('bob');
    await bob.next('board');
    const flood = async (count: number, name: string) => {
      for (let at = 0; at < count; at += 1)
        await chat.post(aPost(toLab, hello, `${name}-${at}`), never);
    };
    await flood(1000, 'first');
    for (let at = 0; at < 1000; at += 1)
      expect(await bob.next('message')).toMatchObject({ id: `first-${at}` });
    await flood(1100, 'second');
    const read = async () => {
      for (;;) await bob.next('message');
    };
    await expect(read()).rejects.toThrow('the stream ended');
  });

  it('hears nothing more once it is closed, and the clock is not kept for it', async () => {
    const { chat, open, clock } = startConsole();
    const [bob, carol] = [await open('bob'), await open('carol')];
    await bob.next('board');
    await bob.close();
    await chat.post(aPost(toLab, hello, 'later'), never);
    await clock.advance(60_000);
    expect(await carol.next('message')).toMatchObject({ id: 'later' });
  });

  it('that comes anew is told of the board at once, as it was last', async () => {
    let looks = 0;
    const board = async () => {
      looks += 1;
      return { hosts: [], queue: [] };
    };
    const { open } = startConsole({ board });
    const bob = await open('bob');
    await bob.next('board');
    const carol = await open('carol');
    await carol.next('board');
    expect(looks).toBe(1);
  });

  it('beats no sooner than after 15 seconds', async () => {
    const { chat, open, clock } = startConsole();
    const bob = await open('bob');
    await bob.next('board');
    await clock.advance(14_999);
    await chat.post(aPost(toLab, hello, 'between'), never);
    expect(await bob.nextBlock()).toContain('event: message');
    await clock.advance(1);
    expect(await bob.nextBlock()).toBe(': still here\n\n');
  });
});

describe('the conversation', () => {
  it('posts once what comes twice under one key', async () => {
    const { chat, open } = startConsole();
    const post = aPost(toLab, hello, 'm');
    expect(await chat.post(post, never)).toEqual(
      await chat.post({ ...post, message: { ...hello, title: 'other' } }, never),
    );
    const { messages } = await (await open('bob')).next('conversation');
    expect(messages.map(({ message }) => message.title)).toEqual(['hello']);
  });

  it('takes no reaction to what somebody cannot see', async () => {
    const { chat, send, reactions } = startConsole();
    const to = { kind: 'person', externalId: 'alice' } as const;
    await chat.post(aPost(to, question, 'm'), never);
    const press = { message: 'm', emoji: '✅', isAdded: true, requestKey: 'key-00001' };
    expect((await send('reactions', { ...press, person: 'bob' })).status).toBe(404);
    expect((await send('reactions', { ...press, person: 'alice' })).status).toBe(204);
    expect(reactions).toHaveLength(1);
  });

  it('undoes only what a press changed, and leaves its place to who pressed first', async () => {
    let isBroken = false;
    const react = async () => {
      if (isBroken) throw new Error('away');
      return 'taken' as const;
    };
    const { chat, send, open } = startConsole({ commands: { ...noCommands, react } });
    await chat.post(aPost(toLab, question, 'm'), never);
    const press = {
      person: 'bob',
      message: 'm',
      emoji: '✅',
      isAdded: true,
      requestKey: 'key-00001',
    };
    await send('reactions', press);
    await send('reactions', { ...press, person: 'carol' });
    isBroken = true;
    expect((await send('reactions', press)).status).toBe(500);
    const { messages } = await (await open('bob')).next('conversation');
    expect(messages[0]?.reactions).toMatchObject([{ emoji: '✅', people: ['bob', 'carol'] }]);
  });
});
