import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { BookDifference } from '../core/audit.ts';
import type { Ticks } from '../core/money.ts';
import { rowsOf, type Transaction } from './database.ts';
import { accounts } from './schema/ledger.ts';

/** Transfers that are in memory at a time. */
const pageSize = 10_000;
const account = z.object({ id: z.string() });
const movement = z.object({
  number: z.coerce.number(),
  kind: z.string(),
  source: z.string(),
  target: z.string(),
  amount: z.coerce.bigint(),
});

/**
 * What of each account's credits expires, from the first transfer on: an allowance is added to it,
 * whatever leaves is taken from it first, and what is given away of it goes on expiring.
 */
export async function checkExpiring(tx: Transaction): Promise<BookDifference[]> {
  const expiring = new Map<string, Ticks>();
  const add = (id: string, amount: Ticks) => expiring.set(id, (expiring.get(id) ?? 0n) + amount);
  for await (const { kind, source, target, amount } of movements(tx)) {
    const left = expiring.get(source) ?? 0n;
    const taken = left < amount ? left : amount;
    add(source, -taken);
    if (kind === 'allowance') add(target, amount);
    if (kind === 'give') add(target, taken);
  }
  const rows = await tx.select().from(accounts).orderBy(accounts.name);
  return rows.flatMap(({ id, name, expiring: recorded }): BookDifference[] => {
    const recomputed = expiring.get(id) ?? 0n;
    return recorded === recomputed ? [] : [{ of: name, figure: 'expiring', recorded, recomputed }];
  });
}

/** Those of accounts that ever had an allowance, or were given of one. */
async function* movements(tx: Transaction) {
  const allowed = await rowsOf(
    tx,
    sql`with recursive allowed(id) as (
        select to_account_id from transfers where kind = 'allowance'
        union select to_account_id from transfers
          join allowed on allowed.id = from_account_id where kind = 'give')
      select id from allowed`,
  );
  if (allowed.length === 0) return;
  const ids = sql.join(
    z
      .array(account)
      .parse(allowed)
      .map(({ id }) => sql`${id}::uuid`),
    sql`, `,
  );
  for (let last = 0; ; ) {
    const page = await rowsOf(
      tx,
      sql`select number, kind, amount, from_account_id as source, to_account_id as target
        from transfers
        where number > ${last} and (kind = 'allowance' or from_account_id in (${ids}))
        order by number limit ${pageSize}`,
    );
    const found = z.array(movement).parse(page);
    yield* found;
    last = found.at(-1)?.number ?? last;
    if (found.length < pageSize) return;
  }
}
