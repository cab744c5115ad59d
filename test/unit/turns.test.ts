import { describe, expect, it } from 'vitest';
import { createTurns } from '../../bot/loops/turns.ts';
import { createFakeClock } from '../support/fake-clock.ts';

describe('turns of work', () => {
  const start = new Date('2026-03-02T12:00:00Z');
  const never = new AbortController().signal;

  function beginTurns(atOnce: number) {
    const clock = createFakeClock(start);
    const turns = createTurns(clock, atOnce);
    const begun: string[] = [];
    const work = (name: string, millis: number) =>
      turns.take(async () => {
        begun.push(name);
        await clock.sleep(millis, never);
        return name;
      });
    return { clock, turns, begun, work };
  }

  it('come in the order in which they were asked for, a few at a time', async () => {
    const { clock, begun, work } = beginTurns(2);
    const all = Promise.all(['a', 'b', 'c', 'd'].map((name) => work(name, 100)));
    await clock.advance(0);
    expect(begun).toEqual(['a', 'b']);
    await clock.advance(100);
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    await clock.advance(100);
    expect(await all).toEqual(['a', 'b', 'c', 'd']);
  });

  it('follow each other at once while nothing comes in', async () => {
    const { clock, turns, begun, work } = beginTurns(1);
    turns.heard();
    await clock.advance(60);
    void work('a', 100);
    void work('b', 100);
    await clock.advance(100);
    expect(begun).toEqual(['a', 'b']);
  });

  it('leave more time than they took to what comes in meanwhile', async () => {
    const { clock, turns, begun, work } = beginTurns(1);
    void work('a', 5);
    void work('b', 5);
    await clock.advance(4);
    turns.heard();
    await clock.advance(1);
    expect(begun).toEqual(['a']);
    await clock.advance(49);
    expect(begun).toEqual(['a']);
    await clock.advance(1);
    expect(begun).toEqual(['a', 'b']);
  });

  it('do not rest for long, however long they took', async () => {
    const { clock, turns, begun, work } = beginTurns(1);
    void work('a', 10_000);
    void work('b', 20);
    await clock.advance(9999);
    turns.heard();
    await clock.advance(101);
    expect(begun).toEqual(['a', 'b']);
  });

  it('go on after one that failed', async () => {
    const { turns } = beginTurns(1);
    await expect(turns.take(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await turns.take(async () => 'next')).toBe('next');
  });
});
