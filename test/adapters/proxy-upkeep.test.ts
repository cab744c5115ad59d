import { describe, expect, it } from 'vitest';
import { createExchanges } from '../../adapters/proxy/exchanges.ts';
import { createUpkeep } from '../../adapters/proxy/upkeep.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { keptLog } from '../support/kept-log.ts';
import { createRecord } from '../support/proxy/record.ts';
import { heron, otter } from '../support/proxy/routes.ts';
import { noon } from '../support/world.ts';

describe('upkeep', () => {
  function stage() {
    const clock = createFakeClock(noon);
    const routes = createRecord();
    const exchanges = createExchanges();
    const { log, lines } = keptLog();
    const ended: string[] = [];
    for (const route of [otter, heron])
      exchanges.opened(route, { end: () => void ended.push(route.name), lasts: true });
    routes.open(heron);
    const ending = new AbortController();
    const running = createUpkeep({ routes, clock, log, exchanges })(null, ending.signal);
    const pass = (seconds: number) => clock.advance(seconds * 1000);
    return { clock, routes, ended, lines, pass, running, ending };
  }

  it.each([
    ['open', [], (routes: ReturnType<typeof createRecord>) => routes.open(otter)],
    ['not ready', [], (routes) => routes.put(otter.name, { kind: 'not_ready', name: otter.name })],
    ['ended', ['brave-otter'], (routes) => routes.end(otter.name)],
    ['unknown', ['brave-otter'], () => undefined],
    ['another', ['brave-otter'], (routes) => routes.open({ ...otter, sessionId: 'a later one' })],
  ] satisfies [string, string[], (routes: ReturnType<typeof createRecord>) => void][])(
    'of what is open to a session that is %s by now ends %j, every ten seconds',
    async (_, over, put) => {
      const { routes, ended, pass } = stage();
      put(routes);
      await pass(9.999);
      expect(ended).toEqual([]);
      await pass(0.001);
      expect(ended).toEqual(over);
    },
  );

  it('goes on after a record that could not be read, and ends nothing for that', async () => {
    const { routes, ended, lines, pass } = stage();
    routes.breakWith(new Error('the database is away'));
    await pass(10);
    expect([ended, lines.length]).toEqual([[], 1]);
    routes.breakWith(null);
    await pass(10);
    expect(ended).toEqual(['brave-otter']);
  });

  it('ends when it is told to, and looks at nothing any more', async () => {
    const { routes, ending, running } = stage();
    ending.abort();
    await running;
    expect(routes.reads).toEqual([]);
  });
});
