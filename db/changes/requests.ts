import { and, eq } from 'drizzle-orm';
import { assert } from '../../core/assert.ts';
import { statesBefore } from '../../core/state.ts';
import { approvals, grantRequests } from '../schema/ledger.ts';
import { one, writersOf } from './context.ts';

/** Requests for credits and the votes on them. */
export const requestChanges = writersOf({
  async add_request({ tx }, { request }) {
    await tx.insert(grantRequests).values(request);
  },
  decide_request({ tx }, { requestId, to, set }) {
    const [from] = statesBefore('grant_request', to);
    assert(from, `a request comes to be ${to}`);
    const decided = tx
      .update(grantRequests)
      .set({ ...set, state: to })
      .where(and(eq(grantRequests.id, requestId), eq(grantRequests.state, from)));
    return one(decided.returning({ id: grantRequests.id }));
  },
  explain_denial({ tx }, { requestId, decisionReason }) {
    const explained = tx
      .update(grantRequests)
      .set({ decisionReason })
      .where(and(eq(grantRequests.id, requestId), eq(grantRequests.state, 'denied')));
    return one(explained.returning({ id: grantRequests.id }));
  },
  async add_approval({ tx, now }, { requestId: grantRequestId, personId }) {
    await tx.insert(approvals).values({ grantRequestId, personId, at: now });
  },
  remove_approval({ tx }, { requestId, personId }) {
    const isGiven = and(eq(approvals.grantRequestId, requestId), eq(approvals.personId, personId));
    return one(tx.delete(approvals).where(isGiven).returning({ at: approvals.at }));
  },
});
