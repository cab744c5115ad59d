import type { Route } from '../../core/access.ts';
import { unreachable } from '../../core/assert.ts';
import type { Log } from '../../core/ports.ts';
import type { RouteCache } from './route-cache.ts';
import { earlier, ended, notReady, type Said, silent } from './said.ts';

export type Trouble = {
  /** The session's server failed us: what is known of why. */
  of(route: Route, error: Error): Promise<Said>;
  /** It answers. */
  over(route: Route): void;
};

export function createTrouble({ routes, log }: { routes: RouteCache; log: Log }): Trouble {
  /** Told once each: a page left open asks again and again. */
  const told = new Set<string>();

  async function look(route: Route): Promise<Said> {
    routes.forget(route.name);
    const found = await routes.find(route.name);
    switch (found.kind) {
      case 'open':
        return found.route.sessionId === route.sessionId ? silent(route.name) : earlier(route.name);
      case 'not_ready':
        return notReady(route.name);
      case 'ended':
        return ended(route.name, found);
      case 'unknown':
        return silent(route.name);
      default:
        return unreachable(found);
    }
  }

  return {
    async of(route, error) {
      const { sessionId, name } = route;
      if (told.size > mostTold) told.clear();
      if (!told.has(sessionId)) log.warn('a session does not answer', { session: name, error });
      told.add(sessionId);
      // Where the record cannot be read either, this is all that is known.
      return look(route).catch(() => silent(name));
    },
    over: ({ sessionId }) => void told.delete(sessionId),
  };
}

const mostTold = 1000;
