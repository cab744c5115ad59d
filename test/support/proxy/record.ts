import type { Found, Route, Routes } from '../../../core/access.ts';

export type Record = Routes & {
  /** From now on this is what there is under that name. */
  put(name: string, found: Found): void;
  open(route: Route): void;
  end(name: string, words?: string): void;
  /** Null: it answers. */
  breakWith(error: Error | null): void;
  /** From now on reads wait. Returns what lets them go on. */
  holdUp(): () => void;
  reads: string[];
  /** In the order of their use. */
  usedLinks: { id: string; validUntil: Date }[];
};

/** What sessions there are and which links were used, as a test says it. */
export function createRecord(): Record {
  const sessions = new Map<string, Found>();
  const usedLinks: Record['usedLinks'] = [];
  const reads: string[] = [];
  let broken: Error | null = null;
  let isLetOn: Promise<void> | null = null;
  const put = (name: string, found: Found) => void sessions.set(name, found);
  return {
    put,
    open: (route) => put(route.name, { kind: 'open', route }),
    end: (name, words = 'its time was up') =>
      put(name, { kind: 'ended', name, endedAt: new Date('2026-05-04T10:00:00Z'), words }),
    breakWith(error) {
      broken = error;
    },
    holdUp() {
      const { promise, resolve } = Promise.withResolvers<void>();
      isLetOn = promise;
      return resolve;
    },
    reads,
    usedLinks,
    async routeOf(name) {
      reads.push(name);
      await isLetOn;
      if (broken) throw broken;
      return sessions.get(name) ?? { kind: 'unknown' };
    },
    async useLink(link) {
      if (usedLinks.some(({ id }) => id === link.id)) return false;
      usedLinks.push(link);
      return true;
    },
  };
}
