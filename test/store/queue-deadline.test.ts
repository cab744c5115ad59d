import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { expireQueued } from '../../core/actions/expire.ts';
import { holds, sessions } from '../../db/schema/sessions.ts';
import { noonPlus } from '../support/facts.ts';
import { accountOf, act, onEachDatabase, sessionIn, viewOf } from '../support/stage.ts';
import { accepted, askStart, refused } from '../support/world.ts';

const stale = { kind: 'stale' };

onEachDatabase(
  'a lease that waits in line',
  { policy: { queueDeadlineSeconds: 3600 } },
  (stage) => {
    const expired = (sessionId: string) => act(stage.world, expireQueued, { sessionId });
    const holdOf = async (sessionId: string) => {
      const { db } = stage.database;
      const ofSession = eq(sessions.leaseId, holds.leaseId);
      const [row] = await db
        .select({ state: holds.state })
        .from(holds)
        .innerJoin(sessions, ofSession)
        .where(eq(sessions.id, sessionId));
      return row?.state;
    };

    it('is ended at the deadline and not before: its hold expires, nothing is charged', async () => {
      const { world } = stage;
      await sessionIn(world, 'running', { deviceCount: 2, leaseSeconds: 4 * 3600 });
      const before = await accountOf(world);
      const { sessionId } = await accepted(askStart(world, 'carol'));
      await world.clock.advance(3_599_000);
      expect(await refused(expired(sessionId))).toEqual(stale);
      expect(await world.store.sessionsQueuedBefore(noonPlus(-1))).toEqual([]);
      expect(await world.store.sessionsQueuedBefore(noonPlus(0))).toEqual([sessionId]);
      await world.clock.advance(1000);
      await accepted(expired(sessionId));
      expect(await viewOf(world, sessionId)).toMatchObject({
        state: 'ended',
        endReason: 'queue_expired',
        charged: null,
      });
      expect(await holdOf(sessionId)).toBe('expired');
      expect(await accountOf(world)).toEqual(before);
      expect(await refused(expired(sessionId))).toEqual(stale);
      expect(await world.store.checkBook()).toEqual([]);
    });

    it('is left alone once it has its devices', async () => {
      const sessionId = await sessionIn(stage.world, 'requested');
      await stage.world.clock.advance(7_200_000);
      expect(await refused(expired(sessionId))).toEqual(stale);
      expect(await holdOf(sessionId)).toBe('placed');
    });
  },
);
