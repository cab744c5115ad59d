import type { Route } from '../../core/access.ts';

type Exchange = {
  /** Breaks it off. */
  end(): void;
  /** It has no end of its own, as a WebSocket. */
  lasts: boolean;
};

export type Exchanges = {
  /** Returns what to call when it is over. */
  opened(route: Route, exchange: Exchange): () => void;
  /** The sessions that have any. */
  routes(): Route[];
  endOf(sessionId: string): void;
  endAll(only: { lasting: boolean }): void;
};

/** What passes through right now, so that it can be broken off when its session is over. */
export function createExchanges(): Exchanges {
  const sessions = new Map<string, { route: Route; open: Set<Exchange> }>();
  return {
    opened(route, exchange) {
      const session = sessions.get(route.sessionId) ?? { route, open: new Set() };
      session.open.add(exchange);
      sessions.set(route.sessionId, session);
      return () => {
        session.open.delete(exchange);
        if (session.open.size === 0) sessions.delete(route.sessionId);
      };
    },
    routes: () => [...sessions.values()].map(({ route }) => route),
    endOf(sessionId) {
      for (const exchange of [...(sessions.get(sessionId)?.open ?? [])]) exchange.end();
    },
    endAll({ lasting }) {
      const all = [...sessions.values()].flatMap(({ open }) => [...open]);
      for (const exchange of all) if (exchange.lasts || !lasting) exchange.end();
    },
  };
}
