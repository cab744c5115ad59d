import { and, eq } from 'drizzle-orm';
import { assert } from '../../core/assert.ts';
import { statesBefore } from '../../core/state.ts';
import { leases, sessions } from '../schema/sessions.ts';
import { one, writersOf } from './context.ts';
import { placeHold } from './ledger.ts';

/** Leases and the sessions that run under them. */
export const leaseChanges = writersOf({
  async add_lease(context, change) {
    // Sent before its hold, which refers to it.
    const added = context.tx.insert(leases).values(change.lease).execute();
    await Promise.all([added, placeHold(context, change)]);
  },
  move_lease({ tx }, { leaseId, from, to, set }) {
    assert(statesBefore('lease', to).includes(from), `a lease moves from ${from} to ${to}`);
    const moved = tx
      .update(leases)
      .set({ ...set, state: to })
      .where(and(eq(leases.id, leaseId), eq(leases.state, from)));
    return one(moved.returning({ id: leases.id }));
  },
  update_lease({ tx }, { leaseId, set }) {
    const changed = tx.update(leases).set(set).where(eq(leases.id, leaseId));
    return one(changed.returning({ id: leases.id }));
  },
  async add_session({ tx }, { session }) {
    await tx.insert(sessions).values(session);
  },
  move_session({ tx }, { sessionId, from, to, set }) {
    assert(statesBefore('session', to).includes(from), `a session moves from ${from} to ${to}`);
    const moved = tx
      .update(sessions)
      .set({ ...set, state: to })
      .where(and(eq(sessions.id, sessionId), eq(sessions.state, from)));
    return one(moved.returning({ id: sessions.id }));
  },
  async update_session({ tx }, { sessionId, set }) {
    if (Object.keys(set).length === 0) return;
    const changed = tx.update(sessions).set(set).where(eq(sessions.id, sessionId));
    await one(changed.returning({ id: sessions.id }));
  },
});
