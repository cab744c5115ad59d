import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createConnection } from '../../adapters/docker/connection.ts';
import { followProgress } from '../../adapters/docker/progress-stream.ts';

const never = new AbortController().signal;
const linesOf = (...all: object[]) => all.map((line) => `${JSON.stringify(line)}\n`).join('');

describe('a stream of progress', () => {
  const connection = createConnection('ada', { socketPath: '/nowhere/docker.sock' });
  type Told = { signal?: AbortSignal; onLine?(id: string): void };
  async function follow(stream: Readable, { signal = never, onLine = () => {} }: Told = {}) {
    const seen: string[] = [];
    const tell = ({ id = '' }: { id?: string | undefined }) => {
      seen.push(id);
      onLine(id);
    };
    const work = { open: async () => stream, idleSeconds: 10 };
    await followProgress(connection, work, { onLine: tell, signal });
    return seen;
  }

  it('is read by lines, wherever they are cut, the last without its end', async () => {
    const text = `${linesOf({ id: 'ä' }, { id: 'b' })}\n \n{"id":"c"}`;
    const bytes = [...Buffer.from(text)].map((byte) => Buffer.from([byte]));
    expect(await follow(Readable.from(bytes, { objectMode: false }))).toEqual(['ä', 'b', 'c']);
  });

  it.each([
    [
      'breaks',
      Readable.from(
        (async function* () {
          yield '{}\n';
          throw new Error('reset');
        })(),
      ),
    ],
    ['is no JSON', Readable.from(['<html>\n'])],
  ])('that %s was broken off by the engine', async (_, stream) => {
    await expect(follow(stream)).rejects.toMatchObject({
      code: 'pull_failed',
      facts: { detail: 'ada: the engine broke off' },
    });
  });

  it('may take all the time it needs, but not be silent for too long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const stream = new Readable({ read() {} });
      let heard = Promise.withResolvers<void>();
      const followed = follow(stream, { onLine: () => heard.resolve() });
      const ended = expect(followed).rejects.toMatchObject({
        code: 'pull_failed',
        facts: { detail: 'ada: no progress for 10 s' },
      });
      for (const id of ['a', 'b', 'c']) {
        stream.push(linesOf({ id }));
        await heard.promise;
        heard = Promise.withResolvers();
        await vi.advanceTimersByTimeAsync(9999);
      }
      expect(stream.destroyed).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      await ended;
      expect(stream.destroyed).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is left with its caller, who is told that it was called off', async () => {
    const silent = new Readable({ read() {} });
    const ending = new AbortController();
    const followed = follow(silent, { signal: ending.signal });
    await nextTurn();
    ending.abort();
    await expect(followed).rejects.toMatchObject({ code: 'aborted', facts: { host: 'ada' } });
    expect(silent.destroyed).toBe(true);
  });
});
