import type { SessionActivity } from '../../core/access.ts';
import type { Clock } from '../../core/ports.ts';

export type Activity = {
  /** Somebody did something there. */
  touch(sessionId: string): void;
  connected(sessionId: string): void;
  disconnected(sessionId: string): void;
  /** Of the sessions with connections, or with news since this was last asked. */
  taken(): SessionActivity[];
};

type Seen = { connections: number; lastActiveAt: Date; isNews: boolean; changedAt: Date };

/** A session that nothing is heard of for so long is over. */
const forgottenMillis = 7 * 24 * 3600 * 1000;

export function createActivity(clock: Clock): Activity {
  const sessions = new Map<string, Seen>();

  function change(sessionId: string, { by, isActive }: { by: number; isActive: boolean }) {
    const now = clock.now();
    const seen = sessions.get(sessionId);
    // What was before this process began was not seen, and counts as active.
    const lastActiveAt = isActive || !seen ? now : seen.lastActiveAt;
    const connections = (seen?.connections ?? 0) + by;
    sessions.set(sessionId, { connections, lastActiveAt, isNews: true, changedAt: now });
  }

  return {
    touch: (sessionId) => change(sessionId, { by: 0, isActive: true }),
    connected: (sessionId) => change(sessionId, { by: 1, isActive: false }),
    disconnected: (sessionId) => change(sessionId, { by: -1, isActive: false }),
    taken() {
      const forgottenBefore = clock.now().getTime() - forgottenMillis;
      const taken: SessionActivity[] = [];
      for (const [sessionId, seen] of sessions) {
        const { connections, lastActiveAt } = seen;
        if (connections > 0 || seen.isNews) taken.push({ sessionId, connections, lastActiveAt });
        else if (seen.changedAt.getTime() < forgottenBefore) sessions.delete(sessionId);
        seen.isNews = false;
      }
      return taken;
    },
  };
}
