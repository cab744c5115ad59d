import { and, asc, eq, sql } from 'drizzle-orm';
import { assert } from '../core/assert.ts';
import type { Balance, BookDifference } from '../core/view.ts';
import type { Db } from './database.ts';
import { accounts, holds, leases, sessions } from './schema.ts';

export async function balanceOf(db: Db, teamId: string): Promise<Balance> {
  const [account] = await db.select().from(accounts).where(eq(accounts.teamId, teamId));
  assert(account, 'every team has an account');
  const placed = await db
    .select({ session: sessions.name, amount: holds.amount })
    .from(holds)
    .innerJoin(leases, eq(leases.id, holds.leaseId))
    .innerJoin(sessions, eq(sessions.leaseId, leases.id))
    .where(and(eq(holds.accountId, account.id), eq(holds.state, 'placed')))
    .orderBy(asc(leases.requestedAt));
  return { account, holds: placed };
}

/** Recomputes posted and held of every account, and the sum of the book, which is zero. */
export async function checkBook(db: Db): Promise<BookDifference[]> {
  const ticks = (value: unknown) => BigInt(String(value));
  const rows = await db
    .select({
      account: accounts,
      posted: sql`(select coalesce(sum(case when t.to_account_id = accounts.id then t.amount
        else -t.amount end), 0) from transfers t
        where accounts.id in (t.to_account_id, t.from_account_id))`,
      held: sql`(select coalesce(sum(h.amount), 0) from holds h
        where h.account_id = accounts.id and h.state = 'placed')`,
    })
    .from(accounts);
  const sum = rows.reduce((total, { account }) => total + account.posted, 0n);
  const book = { account: 'all', figure: 'sum of the book' as const, recorded: sum };
  return [
    { ...book, recomputed: 0n },
    ...rows.flatMap(({ account: { name, posted, held }, ...recomputed }): BookDifference[] => [
      { account: name, figure: 'posted', recorded: posted, recomputed: ticks(recomputed.posted) },
      { account: name, figure: 'held', recorded: held, recomputed: ticks(recomputed.held) },
    ]),
  ].filter(({ recorded, recomputed }) => recorded !== recomputed);
}
