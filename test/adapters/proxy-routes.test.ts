import { describe, expect, it } from 'vitest';
import { createRouteCache } from '../../adapters/proxy/route-cache.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { keptLog } from '../support/kept-log.ts';
import { createRecord } from '../support/proxy/record.ts';
import { otter } from '../support/proxy/routes.ts';
import { noon } from '../support/world.ts';

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
