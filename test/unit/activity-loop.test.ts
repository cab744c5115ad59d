import { expect, it } from 'vitest';
import { createActivityLoop } from '../../bot/loops/activity.ts';
import type { SessionActivity } from '../../core/access.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { quietLog } from '../support/site.ts';
import { noon } from '../support/world.ts';

it('what could not be written is written by the next turn, once, and as it was seen last', async () => {
  const clock = createFakeClock(noon);
  const seen = (sessionId: string, connections: number): SessionActivity => ({
    sessionId,
    connections,
    lastActiveAt: noon,
  });
  const news = [[seen('otter', 2), seen('heron', 1)], [seen('heron', 0)], []];
  const written: (readonly SessionActivity[])[] = [];
  let turns = 0;
  const loop = createActivityLoop({
    clock,
    log: quietLog,
    processId: 'one',
    activity: () => news.shift() ?? [],
    store: {
      async noteActivity(_, activity) {
        turns += 1;
        if (turns === 1) throw new Error('the database is away');
        written.push(activity);
      },
    },
  });
  const ending = new AbortController();
  const ended = loop.run(ending.signal);
  await clock.advance(30_000);
  ending.abort();
  await ended;
  expect(written).toEqual([[seen('otter', 2), seen('heron', 0)], []]);
});
