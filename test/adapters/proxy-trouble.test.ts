import { describe, expect, it } from 'vitest';
import { createRouteCache } from '../../adapters/proxy/route-cache.ts';
import { createTrouble } from '../../adapters/proxy/trouble.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { keptLog } from '../support/kept-log.ts';
import { createRecord } from '../support/proxy/record.ts';
import { heron, otter } from '../support/proxy/routes.ts';
import { noon } from '../support/world.ts';

describe('a session that does not answer', () => {
  function stage() {
    const routes = createRecord();
    const { log, lines } = keptLog();
    const cache = createRouteCache({ routes, clock: createFakeClock(noon), log });
    return { routes, lines, trouble: createTrouble({ routes: cache, log }) };
  }
  const error = new Error('it closed');

  it('is logged once, and again when it has answered meanwhile', async () => {
    const { trouble, lines } = stage();
    await trouble.of(otter, error);
    await trouble.of(otter, error);
    await trouble.of(heron, error);
    expect(lines).toHaveLength(2);
    trouble.over(otter);
    await trouble.of(otter, error);
    expect(lines).toHaveLength(3);
  });

  it.each([
    ['open', 502, (routes: ReturnType<typeof createRecord>) => routes.open(otter)],
    ['another', 410, (routes) => routes.open({ ...otter, sessionId: 'a later one' })],
    ['not ready', 503, (routes) => routes.put(otter.name, { kind: 'not_ready', name: otter.name })],
    ['ended', 410, (routes) => routes.end(otter.name)],
    ['unknown', 502, () => undefined],
    ['unread', 502, (routes) => routes.breakWith(error)],
  ] satisfies [string, number, (routes: ReturnType<typeof createRecord>) => void][])(
    'is %s by the record, and that is what is said: %i',
    async (_, status, put) => {
      const { trouble, routes } = stage();
      put(routes);
      expect((await trouble.of(otter, error)).status).toBe(status);
    },
  );
});
