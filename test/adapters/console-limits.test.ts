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
