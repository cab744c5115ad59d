import type { Found, Routes } from '../../core/access.ts';
import type { Clock, Log } from '../../core/ports.ts';

const freshMillis = 1000;
/** While the record cannot be read, those who are in stay in for so long. */
const spareMillis = 60_000;
const mostNames = 1000;

type Kept = { found: Promise<Found>; askedAt: number };

export type RouteCache = {
  /** At most a second old; who asks meanwhile shares one read. Rejects if it cannot be read. */
  find(name: string): Promise<Found>;
  /** What was just found wrong is not believed any longer. */
  forget(name: string): void;
};

export function createRouteCache({
  routes,
  clock,
  log,
}: {
  routes: Routes;
  clock: Clock;
  log: Log;
}): RouteCache {
  const kept = new Map<string, Kept>();
  const lastOpen = new Map<string, { found: Found; at: number }>();

  async function ask(name: string): Promise<Found> {
    const askedAt = clock.now().getTime();
    try {
      const found = await routes.routeOf(name);
      if (found.kind === 'open') lastOpen.set(name, { found, at: askedAt });
      else lastOpen.delete(name);
      return found;
    } catch (error) {
      const last = lastOpen.get(name);
      if (!last || askedAt - last.at > spareMillis) throw error;
      log.warn('a route could not be read again', { session: name, error });
      return last.found;
    }
  }

  return {
    find(name) {
      const now = clock.now().getTime();
      const known = kept.get(name);
      if (known && now - known.askedAt < freshMillis) return known.found;
      for (const full of [kept, lastOpen]) if (full.size >= mostNames) full.clear();
      const found = ask(name);
      kept.set(name, { found, askedAt: now });
      found.catch(() => kept.delete(name));
      return found;
    },
    forget: (name) => void kept.delete(name),
  };
}
