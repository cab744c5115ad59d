import { describe, expect, it } from 'vitest';
import type { Message } from '../../core/message.ts';
import { aPost } from '../support/a-post.ts';
import { noCommands, startConsole } from '../support/console.ts';

const never = new AbortController().signal;

const toLab = { kind: 'channel', channel: 'lab' } as const;

const hello: Message = { title: 'hello', tone: 'neutral', parts: [] };

const question: Message = { ...hello, parts: [{ kind: 'reactions', emojis: ['✅'] }] };

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
