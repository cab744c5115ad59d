import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { accept, action } from '../../core/action.ts';
import type { Change } from '../../core/change.ts';
import { type StateOf, statesBefore, statesOf, transitions } from '../../core/state.ts';
import { notices } from '../../db/schema/events.ts';
import { holds, leases, sessions } from '../../db/schema/sessions.ts';
import { act, onEachDatabase, sessionIn } from '../support/stage.ts';

function pairs<M extends 'lease' | 'session'>(machine: M): [StateOf<M>, StateOf<M>][] {
  const states = statesOf(machine);
  return states.flatMap((from) => states.map((to): [StateOf<M>, StateOf<M>] => [from, to]));
}

/** As the table in core/ has it: `running → stopping`. */
function arrows(machine: 'lease' | 'session'): string[] {
  const ways: Record<string, readonly string[]> = transitions[machine];
  return Object.entries(ways).flatMap(([from, all]) => all.map((to) => `${from} → ${to}`));
}

onEachDatabase('a state', {}, (stage) => {
  const tries = async (change: Change): Promise<boolean> => {
    const onlyThat = action({ name: 'try', needs: () => ({}), decide: () => accept(null, change) });
    return act(stage.world, onlyThat, null).then(
      () => true,
      () => false,
    );
  };
  const rowOf = async (sessionId: string) => {
    const { db } = stage.database;
    const [row] = await db.select().from(sessions).where(eq(sessions.id, sessionId));
    const [hold] = await db.select().from(holds);
    return { leaseId: row?.leaseId ?? '', hold: hold as typeof holds.$inferSelect };
  };

  it('of a session changes by the ways of the table alone', async () => {
    const sessionId = await sessionIn(stage.world, 'requested');
    const taken: string[] = [];
    for (const [from, to] of pairs('session')) {
      await stage.database.db.update(sessions).set({ state: from });
      if (await tries({ kind: 'move_session', sessionId, from, to, set: {} }))
        taken.push(`${from} → ${to}`);
    }
    expect(taken).toEqual(arrows('session'));
  });

  it('of a lease changes by the ways of the table alone', async () => {
    const { leaseId } = await rowOf(await sessionIn(stage.world, 'requested'));
    const taken: string[] = [];
    for (const [from, to] of pairs('lease')) {
      await stage.database.db.update(leases).set({ state: from });
      if (await tries({ kind: 'move_lease', leaseId, from, to, set: {} }))
        taken.push(`${from} → ${to}`);
    }
    expect(taken).toEqual(arrows('lease'));
  });

  it('is not left by who thinks it another', async () => {
    const { db } = stage.database;
    const sessionId = await sessionIn(stage.world, 'requested');
    const { leaseId } = await rowOf(sessionId);
    for (const [from, to] of pairs('session')) {
      for (const state of statesOf('session').filter((other) => other !== from)) {
        await db.update(sessions).set({ state });
        expect(await tries({ kind: 'move_session', sessionId, from, to, set: {} })).toBe(false);
      }
    }
    await db.update(leases).set({ state: 'queued' });
    const late = { kind: 'move_lease', leaseId, from: 'active', to: 'ended', set: {} } as const;
    expect(await tries(late)).toBe(false);
  });

  it('of a hold ends once, and only while it is placed does it grow', async () => {
    await sessionIn(stage.world, 'requested');
    const { hold } = await rowOf('00000000-0000-4000-8000-000000000000');
    const { id: holdId, accountId, leaseId, amount: held } = hold;
    const { personId } = await stage.world.actorOf('bob');
    const changes: Change[] = [
      { kind: 'settle_hold', holdId, accountId, leaseId, personId, held, charge: 1n },
      { kind: 'release_hold', holdId, accountId, held, to: 'released' },
      { kind: 'grow_hold', holdId, accountId, by: 1n },
    ];
    for (const state of statesOf('hold').filter((other) => other !== 'placed')) {
      await stage.database.db.update(holds).set({ state });
      for (const change of changes) expect(await tries(change)).toBe(false);
    }
    expect(statesBefore('hold', 'settled')).toEqual(['placed']);
  });

  it('of a notice that is not due any more stays', async () => {
    const { world, database } = stage;
    await sessionIn(world, 'requested');
    const [notice] = await world.store.claimNotices({
      platforms: ['console'],
      limit: 1,
      seconds: 60,
      editSeconds: {},
    });
    if (!notice) throw new Error('no notice is due');
    for (const state of ['sent', 'given_up'] as const) {
      await database.db.update(notices).set({ state });
      await world.store.noteSent(notice);
      await world.store.noteUnsent(notice, 1);
      await world.store.noteUnsent(notice, null);
      expect((await database.db.select().from(notices))[0]?.state).toBe(state);
    }
  });
});
