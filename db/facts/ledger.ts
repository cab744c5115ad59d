import { and, asc, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { FactTable } from '../../core/action.ts';
import type { OwnedAccount } from '../../core/entity.ts';
import type { Transaction } from '../database.ts';
import { accounts, transfers } from '../schema/ledger.ts';
import { memberships, persons, teams } from '../schema/people.ts';

type Fact<K extends keyof FactTable> = Promise<FactTable[K]['fact']>;

/** The team itself, or those that the person is in. Named in full: of one table Drizzle names none. */
export const teamIds = sql<string[]>`case when accounts.team_id is null
  then array(select m.team_id from memberships m where m.person_id = accounts.person_id)
  else array[accounts.team_id] end`;

const ownedAccount = {
  id: accounts.id,
  kind: accounts.kind,
  name: accounts.name,
  posted: accounts.posted,
  held: accounts.held,
  expiring: accounts.expiring,
  personId: accounts.personId,
  teamIds,
};

export async function lockPayer(
  tx: Transaction,
  { personId, teamId, own }: FactTable['payer']['ask'],
): Fact<'payer'> {
  const pays = own ? eq(accounts.personId, personId) : eq(accounts.teamId, teamId);
  const [row] = await tx
    .select({ person: persons, team: teams.name, roles: memberships.roles, account: accounts })
    .from(memberships)
    .innerJoin(persons, eq(persons.id, memberships.personId))
    .innerJoin(teams, eq(teams.id, memberships.teamId))
    .innerJoin(accounts, pays)
    .where(and(eq(memberships.personId, personId), eq(memberships.teamId, teamId)))
    .for('no key update', { of: accounts });
  if (!row) return null;
  const { person, team, roles, account } = row;
  return { person: { ...person, team, teamId, roles }, account };
}

export async function lockAccounts(
  tx: Transaction,
  accountIds: readonly string[],
): Promise<OwnedAccount[]> {
  const rows = await lockOwned(tx, inArray(accounts.id, [...accountIds]));
  return accountIds.flatMap((asked) => rows.find(({ id }) => id === asked) ?? []);
}

function lockOwned(tx: Transaction, isAsked: SQL): Promise<OwnedAccount[]> {
  const found = tx.select(ownedAccount).from(accounts).where(isAsked).orderBy(asc(accounts.id));
  return found.for('no key update', { of: accounts }).execute();
}

export async function lockTransfer(
  tx: Transaction,
  { number }: FactTable['transfer']['ask'],
): Fact<'transfer'> {
  const isAsked = eq(transfers.number, number);
  const ofTransfer = tx
    .select({ id: accounts.id })
    .from(transfers)
    .innerJoin(
      accounts,
      or(eq(accounts.id, transfers.fromAccountId), eq(accounts.id, transfers.toAccountId)),
    )
    .where(and(isAsked, inArray(accounts.kind, ['team', 'person'])));
  const [owned, [row]] = await Promise.all([
    lockOwned(tx, inArray(accounts.id, ofTransfer)),
    tx
      .select({
        transfer: transfers,
        isReversed: sql<boolean>`exists (select from transfers reversal
          where reversal.reverses_id = transfers.id)`,
      })
      .from(transfers)
      .where(isAsked)
      .execute(),
  ]);
  const account = owned.find(({ id }) => id === row?.transfer.toAccountId) ?? owned[0];
  if (!row || !account) return null;
  return { ...row, account };
}
