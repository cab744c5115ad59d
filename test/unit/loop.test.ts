import { describe, expect, it } from 'vitest';
import { createLoop } from '../../bot/loops/loop.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { quietLog } from '../support/site.ts';
import { noon } from '../support/world.ts';

/** A loop of a turn each second, or so many, which notes when its turns begin. */
function startLoop(
  turn: (count: number, signal: AbortSignal) => Promise<void> = async () => {},
  everyMillis = 1000,
) {
  const clock = createFakeClock(noon);
  const turns: number[] = [];
  const ending = new AbortController();
  const loop = createLoop({
    name: 'test',
    everyMillis,
    clock,
    log: quietLog,
    runOnce(signal) {
      turns.push((clock.now().getTime() - noon.getTime()) / 1000);
      return turn(turns.length, signal);
    },
  });
  const ended = loop.run(ending.signal);
  return { clock, turns, loop, ended, end: () => ending.abort() };
}

describe('a loop', () => {
  it('turns at once, and then after each pause', async () => {
    const { clock, turns } = startLoop();
    await clock.advance(3000);
    expect(turns).toEqual([0, 1, 2, 3]);
  });

  it('pauses for longer after each failure, a minute at most, and is itself again after a success', async () => {
    const { clock, turns } = startLoop(async (count) => {
      if (count <= 8) throw new Error('the database is away');
    });
    await clock.advance(250_000);
    const pauses = turns.slice(1).map((at, i) => at - (turns[i] ?? 0));
    expect(pauses.slice(0, 9)).toEqual([2, 4, 8, 16, 32, 60, 60, 60, 1]);
  });

  it('that turns each hour turns again in a minute after a failure', async () => {
    const failing = async (count: number) => {
      if (count <= 2) throw new Error('the database is away');
    };
    const { clock, turns } = startLoop(failing, 3_600_000);
    await clock.advance(7_400_000);
    expect(turns).toEqual([0, 60, 120, 3720, 7320]);
  });

  it('does not wait when it is woken', async () => {
    const { clock, turns, loop } = startLoop();
    await clock.advance(300);
    loop.wake();
    await clock.advance(0);
    expect(turns).toEqual([0, 0.3]);
  });

  it('turns once more when it was woken during a turn, however often', async () => {
    const { clock, turns, loop } = startLoop(async (count) => {
      await Promise.resolve();
      if (count === 1) for (let i = 0; i < 5; i += 1) loop.wake();
    });
    await clock.advance(500);
    expect(turns).toEqual([0, 0]);
  });

  it('is not hurried by those who wake it during a turn that fails', async () => {
    const { clock, turns, loop } = startLoop(async () => {
      await Promise.resolve();
      loop.wake();
      throw new Error('the database is away');
    });
    await clock.advance(1999);
    expect(turns).toEqual([0]);
  });

  it('ends in the middle of a pause', async () => {
    const { clock, turns, ended, end } = startLoop();
    await clock.advance(500);
    end();
    await ended;
    await clock.advance(5000);
    expect(turns).toEqual([0]);
  });

  it('ends after the turn that is under way, whose signal aborts', async () => {
    const turned = Promise.withResolvers<void>();
    let heard = false;
    const { clock, turns, ended, end } = startLoop((_count, signal) => {
      signal.addEventListener('abort', () => {
        heard = true;
      });
      return turned.promise;
    });
    await clock.advance(10);
    end();
    expect(heard).toBe(true);
    expect(await Promise.race([ended.then(() => 'ended'), clock.advance(60_000)])).toBeUndefined();
    turned.resolve();
    await ended;
    expect(turns).toEqual([0]);
  });
});
