import { asc, eq, or } from 'drizzle-orm';
import { ticksPerCredit } from '../../core/money.ts';
import type { Database } from '../../db/database.ts';
import { transfers } from '../../db/schema/ledger.ts';

/** What moved on an account, in order; in credits, below zero where it left. */
export async function movementsOf({ db }: Database, accountId: string) {
  const isIts = or(eq(transfers.fromAccountId, accountId), eq(transfers.toAccountId, accountId));
  const rows = await db.select().from(transfers).where(isIts).orderBy(asc(transfers.number));
  return rows.map(({ amount, toAccountId, ...row }) => {
    const credits = Number(amount) / Number(ticksPerCredit);
    return { ...row, credits: toAccountId === accountId ? credits : -credits };
  });
}
