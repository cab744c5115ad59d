import { and, asc, eq, gte, lt, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { assert } from '../core/assert.ts';
import type { Account } from '../core/entity.ts';
import type { Ticks } from '../core/money.ts';
import { type Period, type Times, thisMonth, timesOf } from '../core/period.ts';
import {
  type Balance,
  mostStatementLines,
  type Statement,
  type StatementLine,
  type TransferView,
} from '../core/view.ts';
import type { Db } from './database.ts';
import { events } from './schema/events.ts';
import { accounts, grantRequests, transfers } from './schema/ledger.ts';
import { persons, teams } from './schema/people.ts';
import { holds, leases, sessions } from './schema/sessions.ts';

const weekMillis = 7 * 86_400_000;

/** What is read belongs together, whatever moves meanwhile. */
const snapshot = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const;

export function balanceOf(db: Db, accountId: string, now: Date): Promise<Balance> {
  return db.transaction(async (tx) => {
    const { account, zone } = await accountWithZone(tx, accountId);
    const [placed, charged, openedAt] = await Promise.all([
      placedHolds(tx, accountId),
      chargedLately(tx, accountId, { now, zone }),
      firstCreditsAt(tx, accountId),
    ]);
    return { account, zone, holds: placed, ...charged, openedAt };
  }, snapshot);
}

function placedHolds(db: Reader, accountId: string): Promise<Balance['holds']> {
  return db
    .select({ session: sessions.name, holder: persons.name, amount: holds.amount })
    .from(holds)
    .innerJoin(leases, eq(leases.id, holds.leaseId))
    .innerJoin(sessions, eq(sessions.leaseId, leases.id))
    .innerJoin(persons, eq(persons.id, leases.personId))
    .where(and(eq(holds.accountId, accountId), eq(holds.state, 'placed')))
    .orderBy(asc(leases.requestedAt), asc(sessions.name));
}

async function chargedLately(
  db: Reader,
  accountId: string,
  { now, zone }: { now: Date; zone: string },
): Promise<Pick<Balance, 'chargedThisMonth' | 'chargedLastWeek'>> {
  const month = timesOf(thisMonth, now, zone).from;
  const week = new Date(now.getTime() - weekMillis);
  const [charges] = await db
    .select({ chargedThisMonth: chargedSince(month), chargedLastWeek: chargedSince(week) })
    .from(transfers)
    .where(
      and(
        eq(transfers.fromAccountId, accountId),
        eq(transfers.kind, 'charge'),
        gte(transfers.at, month < week ? month : week),
      ),
    );
  return charges ?? { chargedThisMonth: 0n, chargedLastWeek: 0n };
}

function chargedSince(from: Date) {
  const isSince = gte(transfers.at, from);
  return sql`coalesce(sum(${transfers.amount}) filter (where ${isSince}), 0)`.mapWith(BigInt);
}

async function firstCreditsAt(db: Reader, accountId: string): Promise<Date | null> {
  const [first] = await db
    .select({ at: transfers.at })
    .from(transfers)
    .where(eq(transfers.toAccountId, accountId))
    .orderBy(asc(transfers.at))
    .limit(1);
  return first?.at ?? null;
}

export function statementOf(
  db: Db,
  accountId: string,
  { period, now }: { period: Period; now: Date },
): Promise<Statement | null> {
  return db.transaction(async (tx) => {
    const { account, zone } = await accountWithZone(tx, accountId);
    const during = timesOf(period, now, zone);
    const [opening, rows] = await Promise.all([
      postedBefore(tx, accountId, during.from),
      movementsOf(tx, accountId, during),
    ]);
    if (rows.length > mostStatementLines) return null;
    const lines = withBalances(opening, rows);
    const closing = lines.at(-1)?.balanceAfter ?? opening;
    return { account, zone, during, opening, lines, closing };
  }, snapshot);
}

async function postedBefore(db: Reader, accountId: string, at: Date): Promise<Ticks> {
  const [before] = await db
    .select({ posted: sql`coalesce(sum(${movedOn(accountId)}), 0)`.mapWith(BigInt) })
    .from(transfers)
    .where(and(isOf(accountId), lt(transfers.at, at)));
  return before?.posted ?? 0n;
}

function movementsOf(
  db: Reader,
  accountId: string,
  { from, until }: Times,
): Promise<Omit<StatementLine, 'balanceAfter'>[]> {
  const [other, reversed] = [alias(accounts, 'other'), alias(transfers, 'reversed')];
  const otherId = sql`case when ${transfers.toAccountId} = ${accountId}
    then ${transfers.fromAccountId} else ${transfers.toAccountId} end`;
  return (
    db
      .select({
        number: transfers.number,
        at: transfers.at,
        kind: transfers.kind,
        amount: movedOn(accountId).mapWith(BigInt),
        reason: transfers.reason,
        other: other.name,
        session: sessions.name,
        person: persons.name,
        actor: actorName,
        reverses: reversed.number,
        request: grantRequests.number,
      })
      .from(transfers)
      .innerJoin(other, eq(other.id, otherId))
      .innerJoin(events, eq(events.id, transfers.eventId))
      .leftJoin(sessions, eq(sessions.leaseId, transfers.leaseId))
      .leftJoin(persons, eq(persons.id, transfers.personId))
      .leftJoin(reversed, eq(reversed.id, transfers.reversesId))
      .leftJoin(grantRequests, eq(grantRequests.id, transfers.grantRequestId))
      .where(and(isOf(accountId), gte(transfers.at, from), lt(transfers.at, until)))
      // Numbers are given under the account's lock, so they are in the order of its balance.
      .orderBy(asc(transfers.number))
      .limit(mostStatementLines + 1)
  );
}

function isOf(accountId: string) {
  return or(eq(transfers.fromAccountId, accountId), eq(transfers.toAccountId, accountId));
}

/** Below zero where it left the account. */
function movedOn(accountId: string) {
  return sql`case when ${transfers.toAccountId} = ${accountId} then ${transfers.amount}
    else -${transfers.amount} end`;
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
  db: Reader,
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

type Reader = Pick<Db, 'select'>;

const actorName = sql<string>`${events.actor}->>'name'`;
