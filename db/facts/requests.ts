import { and, asc, count, eq } from 'drizzle-orm';
import type { FactTable } from '../../core/action.ts';
import type { Transaction } from '../database.ts';
import { accounts, approvals, grantRequests } from '../schema/ledger.ts';
import { persons, teams } from '../schema/people.ts';
import { loadApprovers } from './people.ts';

/** The account first, then the request: one statement, so that its rows are locked in one order. */
export async function lockRequest(
  tx: Transaction,
  requestId: string,
): Promise<FactTable['request']['fact']> {
  const [[row], given, approvers] = await Promise.all([
    tx
      .select({ request: grantRequests, account: accounts, team: teams.name })
      .from(grantRequests)
      .innerJoin(accounts, eq(accounts.id, grantRequests.accountId))
      .innerJoin(teams, eq(teams.id, grantRequests.teamId))
      .where(eq(grantRequests.id, requestId))
      .for('no key update', { of: [accounts, grantRequests] })
      .execute(),
    tx
      .select({ personId: approvals.personId, at: approvals.at })
      .from(approvals)
      .where(eq(approvals.grantRequestId, requestId))
      .orderBy(asc(approvals.at))
      .execute(),
    loadApprovers(
      tx,
      tx
        .select({ id: grantRequests.teamId })
        .from(grantRequests)
        .where(eq(grantRequests.id, requestId)),
    ),
  ]);
  return row ? { ...row, approvals: given, approvers } : null;
}

/** The person is locked, who may ask for several accounts at once: it is one limit for all. */
export async function countPending(tx: Transaction, personId: string): Promise<number> {
  const isPending = and(eq(grantRequests.personId, personId), eq(grantRequests.state, 'pending'));
  const [, [row]] = await Promise.all([
    tx
      .select({ id: persons.id })
      .from(persons)
      .where(eq(persons.id, personId))
      .for('no key update')
      .execute(),
    tx.select({ pending: count() }).from(grantRequests).where(isPending).execute(),
  ]);
  return row?.pending ?? 0;
}
