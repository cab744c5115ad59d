import { and, eq, inArray, sql } from 'drizzle-orm';
import type { SessionFacts } from '../../core/entity.ts';
import type { Transaction } from '../database.ts';
import { accounts } from '../schema/ledger.ts';
import { persons, teams } from '../schema/people.ts';
import { holds, leases, sessions } from '../schema/sessions.ts';

/** One statement, always of this shape, so that its rows are locked in one order everywhere. */
export async function lockSession(
  tx: Transaction,
  sessionId: string,
): Promise<SessionFacts | null> {
  const [row] = await tx
    .select({
      session: sessions,
      lease: leases,
      hold: holds,
      account: accounts,
      person: persons,
      team: teams.name,
    })
    .from(sessions)
    .innerJoin(leases, eq(leases.id, sessions.leaseId))
    .innerJoin(holds, eq(holds.leaseId, leases.id))
    .innerJoin(accounts, eq(accounts.id, leases.accountId))
    .innerJoin(persons, eq(persons.id, leases.personId))
    .innerJoin(teams, eq(teams.id, leases.teamId))
    .where(eq(sessions.id, sessionId))
    .for('no key update', { of: [accounts, leases, holds, sessions] });
  if (!row) return null;
  const { person, team, ...facts } = row;
  // Whoever holds a lease needs no role for it.
  return { ...facts, holder: { ...person, team, teamId: facts.lease.teamId, roles: [] } };
}

export async function loadTakenNames(tx: Transaction, names: readonly string[]): Promise<string[]> {
  const rows = await tx
    .select({ name: sessions.name })
    .from(sessions)
    .where(and(inArray(sessions.name, [...names]), sql`${sessions.state} <> 'ended'`));
  return rows.map(({ name }) => name);
}
