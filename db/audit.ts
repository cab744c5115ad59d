import { and, desc, eq, or, sql } from 'drizzle-orm';
import { type EndReason, endReasons } from '../core/end-reason.ts';
import { chargeFor } from '../core/meter.ts';
import type { Ticks } from '../core/money.ts';
import type { BookDifference, EventsAsked, EventView } from '../core/view.ts';
import { fromJson } from './codec.ts';
import type { Db } from './database.ts';
import { events } from './schema/events.ts';
import { accounts, grantRequests, transfers } from './schema/ledger.ts';
import { holds, leases, sessions } from './schema/sessions.ts';

/**
 * Recomputes every balance from transfers and holds, every charge from the recorded ready seconds,
 * and every hold from the state of its lease. One snapshot, so that it may run at any time.
 */
export function checkBook(db: Db): Promise<BookDifference[]> {
  return db.transaction(
    async (tx) => {
      const found = [
        ...(await balances(tx)),
        ...(await chargesAndHolds(tx)),
        ...(await grants(tx)),
      ];
      return found.filter(({ recorded, recomputed }) => recorded !== recomputed);
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

type Reader = Pick<Db, 'select'>;

async function balances(db: Reader): Promise<BookDifference[]> {
  const ins = db
    .select({ id: transfers.toAccountId, amount: sql`sum(${transfers.amount})`.as('in_amount') })
    .from(transfers)
    .groupBy(transfers.toAccountId)
    .as('ins');
  const outs = db
    .select({ id: transfers.fromAccountId, amount: sql`sum(${transfers.amount})`.as('out_amount') })
    .from(transfers)
    .groupBy(transfers.fromAccountId)
    .as('outs');
  const placed = db
    .select({ id: holds.accountId, amount: sql`sum(${holds.amount})`.as('held_amount') })
    .from(holds)
    .where(eq(holds.state, 'placed'))
    .groupBy(holds.accountId)
    .as('placed');
  const rows = await db
    .select({
      account: accounts,
      posted: sql`coalesce(${ins.amount}, 0) - coalesce(${outs.amount}, 0)`.mapWith(BigInt),
      held: sql`coalesce(${placed.amount}, 0)`.mapWith(BigInt),
    })
    .from(accounts)
    .leftJoin(ins, eq(ins.id, accounts.id))
    .leftJoin(outs, eq(outs.id, accounts.id))
    .leftJoin(placed, eq(placed.id, accounts.id));
  const owned = rows.filter(({ account }) => account.kind === 'team' || account.kind === 'person');
  const boundary = rows.filter((row) => !owned.includes(row));
  // What came from the issuer and is not spent yet is what all the others have together.
  const outside = boundary.reduce((sum, { posted }) => sum - posted, 0n);
  const inside = owned.reduce((sum, { account }) => sum + account.posted, 0n);
  return [
    { of: 'all', figure: 'sum of the book', recorded: inside, recomputed: outside },
    ...owned.flatMap(({ account, posted, held }): BookDifference[] => [
      { of: account.name, figure: 'posted', recorded: account.posted, recomputed: posted },
      { of: account.name, figure: 'held', recorded: account.held, recomputed: held },
    ]),
  ];
}

/** A hold is open while its session runs; what was charged is what was used. */
async function chargesAndHolds(db: Reader): Promise<BookDifference[]> {
  const rows = await db
    .select({
      session: { name: sessions.name, state: sessions.state, readyMillis: sessions.readyMillis },
      lease: leases,
      hold: holds,
      charge: transfers.amount,
    })
    .from(sessions)
    .innerJoin(leases, eq(leases.id, sessions.leaseId))
    .innerJoin(holds, eq(holds.leaseId, leases.id))
    .leftJoin(transfers, and(eq(transfers.leaseId, leases.id), eq(transfers.kind, 'charge')));
  return rows.flatMap(({ session, lease, hold, charge }): BookDifference[] => {
    const isOver = session.state === 'stopping' || session.state === 'ended';
    const isOpen = hold.state === 'placed';
    const used = isOver ? billed(lease.endReason, chargeFor(lease, session.readyMillis)) : 0n;
    const [open, expected] = [isOpen ? hold.amount : 0n, isOver ? 0n : hold.amount];
    return [
      { of: session.name, figure: 'charge', recorded: charge ?? 0n, recomputed: used },
      { of: session.name, figure: 'hold', recorded: open, recomputed: expected },
    ];
  });
}

function billed(reason: EndReason | null, used: Ticks): Ticks {
  return reason !== null && endReasons[reason].billed === 'ready' ? used : 0n;
}

/** What was granted on a request is what was asked for and approved. */
async function grants(db: Reader): Promise<BookDifference[]> {
  const rows = await db
    .select({ request: grantRequests, granted: transfers.amount })
    .from(grantRequests)
    .leftJoin(transfers, eq(transfers.grantRequestId, grantRequests.id));
  return rows.map(({ request: { number, state, amount }, granted }) => {
    const recomputed = state === 'approved' ? amount : 0n;
    return { of: `request ${number}`, figure: 'grant', recorded: granted ?? 0n, recomputed };
  });
}

/** What people did and what was done about them. Ids are in the order of time. */
export async function eventsOf(db: Db, asked: EventsAsked): Promise<EventView[]> {
  const { personId, about, limit } = asked;
  const ofPerson =
    personId === null
      ? undefined
      : or(
          eq(sql`(${events.actor}->>'personId')`, personId),
          eq(sql`(${events.input}->>'personId')`, personId),
        );
  const ofSubject =
    about === null
      ? undefined
      : or(
          eq(events.id, about),
          eq(sql`coalesce(${events.input}->>'sessionId', ${events.input}->>'requestId')`, about),
        );
  const rows = await db
    .select()
    .from(events)
    .where(and(ofPerson, ofSubject, sql`${events.outcome} is not null`))
    .orderBy(desc(events.id))
    .limit(limit);
  return rows.map(({ id, at, actor, action, input, facts, outcome }) => {
    const told = { input: fromJson(input), facts: fromJson(facts), outcome: fromJson(outcome) };
    return { id, at, actor, action, ...told };
  });
}
