import { eq } from 'drizzle-orm';
import { assert } from '../core/assert.ts';
import type { Transaction } from './database.ts';
import { accounts } from './schema/ledger.ts';

/** Opens an account where its owner has none, and gives it in either case. */
export async function openAccount(
  tx: Transaction,
  account: { id: string; kind: 'team' | 'person'; name: string } & (
    | { teamId: string }
    | { personId: string }
  ),
) {
  const owner = 'teamId' in account ? accounts.teamId : accounts.personId;
  const ownerId = 'teamId' in account ? account.teamId : account.personId;
  await tx
    .insert(accounts)
    .values({ ...account, posted: 0n, held: 0n })
    .onConflictDoNothing({ target: owner });
  const [row] = await tx.select().from(accounts).where(eq(owner, ownerId));
  assert(row, 'an account that was opened is there');
  return row;
}
