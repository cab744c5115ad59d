import { and, asc, eq, gte, lt, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { assert } from '../core/assert.ts';
import type { Account } from '../core/entity.ts';
import type { Ticks } from '../core/money.ts';
import type { Balance, Statement, StatementLine, TransferView } from '../core/view.ts';
import type { Db } from './database.ts';
import { events } from './schema/events.ts';
import { accounts, transfers } from './schema/ledger.ts';
import { persons, teams } from './schema/people.ts';
import { holds, leases, sessions } from './schema/sessions.ts';

const weekMillis = 7 * 86_400_000;

export async function balanceOf(db: Db, accountId: string, now: Date): Promise<Balance> {
  const { account, zone } = await accountWithZone(db, accountId);
  const month = sql`date_trunc('month', ${now.toISOString()}::timestamptz, ${zone}::text)`;
  const week = new Date(now.getTime() - weekMillis);
  const [placed, [charges], [first]] = await Promise.all([
    db
      .select({ session: sessions.name, holder: persons.name, amount: holds.amount })
      .from(holds)
      .innerJoin(leases, eq(leases.id, holds.leaseId))
      .innerJoin(sessions, eq(sessions.leaseId, leases.id))
      .innerJoin(persons, eq(persons.id, leases.personId))
      .where(and(eq(holds.accountId, account.id), eq(holds.state, 'placed')))
      .orderBy(asc(leases.requestedAt)),
    db
      .select({
        thisMonth: sumOf(sql`${transfers.at} >= ${month}`),
        lastWeek: sumOf(gte(transfers.at, week)),
      })
      .from(transfers)
      .where(
        and(
          eq(transfers.fromAccountId, accountId),
          eq(transfers.kind, 'charge'),
          or(gte(transfers.at, week), sql`${transfers.at} >= ${month}`),
        ),
      ),
    db
      .select({ at: transfers.at })
      .from(transfers)
      .where(eq(transfers.toAccountId, accountId))
      .orderBy(asc(transfers.at))
      .limit(1),
  ]);
  return {
    account,
    holds: placed,
    chargedThisMonth: charges?.thisMonth ?? 0n,
    chargedLastWeek: charges?.lastWeek ?? 0n,
    openedAt: first?.at ?? null,
  };
}

export async function statementOf(
  db: Db,
  accountId: string,
  { from, until }: { from: Date; until: Date },
): Promise<Statement> {
  const { account, zone } = await accountWithZone(db, accountId);
  const isIts = or(eq(transfers.fromAccountId, accountId), eq(transfers.toAccountId, accountId));
  const moved = sql`case when ${transfers.toAccountId} = ${accountId} then ${transfers.amount}
    else -${transfers.amount} end`;
  const other = alias(accounts, 'other');
  const [[before], rows] = await Promise.all([
    db
      .select({ opening: sql`coalesce(sum(${moved}), 0)`.mapWith(BigInt) })
      .from(transfers)
      .where(and(isIts, lt(transfers.at, from))),
    db
      .select({
        number: transfers.number,
        at: transfers.at,
        kind: transfers.kind,
        amount: sql`${moved}`.mapWith(BigInt),
        reason: transfers.reason,
        other: other.name,
        session: sessions.name,
        person: persons.name,
        actor: actorName,
      })
      .from(transfers)
      .innerJoin(
        other,
        sql`${other.id} = case when ${transfers.toAccountId} = ${accountId}
          then ${transfers.fromAccountId} else ${transfers.toAccountId} end`,
      )
      .innerJoin(events, eq(events.id, transfers.eventId))
      .leftJoin(sessions, eq(sessions.leaseId, transfers.leaseId))
      .leftJoin(persons, eq(persons.id, transfers.personId))
      .where(and(isIts, gte(transfers.at, from), lt(transfers.at, until)))
      // Numbers are given under the account's lock, so they are in the order of its balance.
      .orderBy(asc(transfers.number)),
  ]);
  const opening = before?.opening ?? 0n;
  const lines = withBalances(opening, rows);
  return { account, zone, opening, lines, closing: lines.at(-1)?.balanceAfter ?? opening };
}

export async function transferById(db: Db, transferId: string): Promise<TransferView | null> {
  const [from, to] = [alias(accounts, 'from_account'), alias(accounts, 'to_account')];
  const [row] = await db
    .select({ transfer: transfers, from: from.name, to: to.name, actor: actorName })
    .from(transfers)
    .innerJoin(from, eq(from.id, transfers.fromAccountId))
    .innerJoin(to, eq(to.id, transfers.toAccountId))
    .innerJoin(events, eq(events.id, transfers.eventId))
    .where(eq(transfers.id, transferId));
  if (!row) return null;
  const { transfer, ...names } = row;
  return { ...transfer, ...names };
}

/** The last paid of each form: of days, of weeks, of months. */
export async function allowancePeriods(db: Db, accountId: string): Promise<string[]> {
  const rows = await db
    .select({ period: sql<string>`max(${transfers.period})` })
    .from(transfers)
    .where(and(eq(transfers.toAccountId, accountId), eq(transfers.kind, 'allowance')))
    .groupBy(sql`regexp_replace(${transfers.period}, '[0-9]', '0', 'g')`);
  return rows.map(({ period }) => period);
}

function withBalances(
  opening: Ticks,
  rows: readonly Omit<StatementLine, 'balanceAfter'>[],
): StatementLine[] {
  let balanceAfter = opening;
  return rows.map((row) => {
    balanceAfter += row.amount;
    return { ...row, balanceAfter };
  });
}

/** The zone of the team, or of the person's own team. */
async function accountWithZone(
  db: Db,
  accountId: string,
): Promise<{ account: Account; zone: string }> {
  const home = sql`(select m.team_id from memberships m
    where m.person_id = accounts.person_id order by m.position limit 1)`;
  const [row] = await db
    .select({ account: accounts, zone: teams.zone })
    .from(accounts)
    .leftJoin(teams, sql`${teams.id} = coalesce(${accounts.teamId}, ${home})`)
    .where(eq(accounts.id, accountId));
  assert(row, 'the account exists');
  return { account: row.account, zone: row.zone ?? 'UTC' };
}

const actorName = sql<string>`${events.actor}->>'name'`;

function sumOf(condition: SQL) {
  return sql`coalesce(sum(${transfers.amount}) filter (where ${condition}), 0)`.mapWith(BigInt);
}
