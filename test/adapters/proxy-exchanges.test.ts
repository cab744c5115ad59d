import { describe, expect, it } from 'vitest';
import { createExchanges } from '../../adapters/proxy/exchanges.ts';
import type { Route } from '../../core/access.ts';
import { heron, otter } from '../support/proxy/routes.ts';

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
