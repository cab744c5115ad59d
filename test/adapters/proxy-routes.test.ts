import { describe, expect, it } from 'vitest';
import { createExchanges } from '../../adapters/proxy/exchanges.ts';
import { createRouteCache } from '../../adapters/proxy/route-cache.ts';
import { createTrouble } from '../../adapters/proxy/trouble.ts';
import { createUpkeep } from '../../adapters/proxy/upkeep.ts';
import type { Route } from '../../core/access.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createRecord } from '../support/proxy/record.ts';
import { quietLog } from '../support/site.ts';
import { noon } from '../support/world.ts';

const routeOf = (name: string): Route => ({
  sessionId: `id-of-${name}`,
  name,
  holderId: 'bob',
  url: `http://127.0.0.1:1/s/${name}/`,
  token: 'a token',
});
const otter = routeOf('brave-otter');
const heron = routeOf('calm-heron');

function keptLog() {
  const lines: string[] = [];
  const keep = (text: string) => void lines.push(text);
  return { lines, log: { ...quietLog, warn: keep, error: keep } };
}

describe('exchanges', () => {
  it('of a session that is over are ended, and those of others go on', () => {
    const exchanges = createExchanges();
    const ended: string[] = [];
    const open = (route: Route, name: string) =>
      exchanges.opened(route, { end: () => void ended.push(name), lasts: false });
    open(otter, 'first');
    const over = open(otter, 'second');
    open(heron, 'third');
    over();
    exchanges.endOf(otter.sessionId);
    exchanges.endOf('of nobody');
    expect(ended).toEqual(['first']);
  });

  it('are named for as long as there is one', () => {
    const exchanges = createExchanges();
    const open = () => exchanges.opened(otter, { end: () => undefined, lasts: true });
    const [first, second] = [open(), open()];
    first();
    expect(exchanges.routes()).toEqual([otter]);
    second();
    expect(exchanges.routes()).toEqual([]);
  });
});

describe('a route', () => {
  function stage() {
    const clock = createFakeClock(noon);
    const routes = createRecord();
    const { log, lines } = keptLog();
    return { clock, routes, lines, cache: createRouteCache({ routes, clock, log }) };
  }

  it('that was found wrong is read again at once', async () => {
    const { routes, cache } = stage();
    routes.open(otter);
    await cache.find('brave-otter');
    routes.end('brave-otter');
    cache.forget('brave-otter');
    expect(await cache.find('brave-otter')).toMatchObject({ kind: 'ended' });
  });

  it('of a session that had ended is not open again because the record is away', async () => {
    const { clock, routes, cache, lines } = stage();
    routes.open(otter);
    await cache.find('brave-otter');
    await clock.advance(1000);
    routes.end('brave-otter');
    await cache.find('brave-otter');
    await clock.advance(1000);
    routes.breakWith(new Error('the database is away'));
    await expect(cache.find('brave-otter')).rejects.toThrow('away');
    expect(lines).toEqual([]);
  });

  it('that could not be read is asked for again at once', async () => {
    const { routes, cache } = stage();
    routes.open(otter);
    routes.breakWith(new Error('the database is away'));
    await expect(cache.find('brave-otter')).rejects.toThrow('away');
    routes.breakWith(null);
    expect(await cache.find('brave-otter')).toMatchObject({ kind: 'open' });
  });

  it('counts its minute from when it was last open, and says that it could not be read', async () => {
    const { clock, routes, cache, lines } = stage();
    routes.open(otter);
    await cache.find('brave-otter');
    routes.breakWith(new Error('the database is away'));
    for (let minute = 0; minute < 2; minute += 1) {
      await clock.advance(30_000);
      expect(await cache.find('brave-otter')).toMatchObject({ kind: 'open' });
    }
    expect(lines).toHaveLength(2);
    await clock.advance(1000);
    await expect(cache.find('brave-otter')).rejects.toThrow('away');
  });

  it('is one of a thousand that are remembered', async () => {
    const { routes, cache } = stage();
    for (let at = 0; at < 1000; at += 1) await cache.find(`name-${at}`);
    await cache.find('name-0');
    expect(routes.reads).toHaveLength(1000);
    await cache.find('one-more');
    await cache.find('name-1');
    expect(routes.reads).toHaveLength(1002);
  });
});

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
