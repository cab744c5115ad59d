import { describe, expect, it } from 'vitest';
import type { Message } from '../../core/message.ts';
import { aPost } from '../support/a-post.ts';
import { startConsole } from '../support/console.ts';

const never = new AbortController().signal;

const toLab = { kind: 'channel', channel: 'lab' } as const;

const hello: Message = { title: 'hello', tone: 'neutral', parts: [] };

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
