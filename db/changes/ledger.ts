import { eq, type SQL, sql } from 'drizzle-orm';
import type { NewTransfer } from '../../core/change.ts';
import type { Ticks } from '../../core/money.ts';
import { rowsOf } from '../database.ts';
import { accounts, transfers } from '../schema/ledger.ts';
import { holds } from '../schema/sessions.ts';
import { type ChangeOf, type Context, one, writersOf } from './context.ts';

/** Everything that changes a balance. */
export const ledgerChanges = writersOf({
  transfer: (context, { transfer }) => postTransfer(context, transfer),
  set_expiring({ tx }, { accountId, expiring }) {
    const changed = tx.update(accounts).set({ expiring }).where(eq(accounts.id, accountId));
    return one(changed.returning({ id: accounts.id }));
  },
  grow_hold: (context, change) => resizeHold(context, eq(holds.id, change.holdId), change),
  shrink_hold: (context, { accountId, leaseId, by }) =>
    resizeHold(context, eq(holds.leaseId, leaseId), { accountId, by: -by }),
  settle_hold: settleHold,
  release_hold: releaseHold,
});

/** The issuer and `spent` are one each, and found by their kind. */
const issuer = sql`(select id from accounts where kind = 'issuer')`;
const spent = sql`(select id from accounts where kind = 'spent')`;

/** One row, and the balances of those of its two accounts that have one. */
async function postTransfer(context: Context, transfer: NewTransfer): Promise<void> {
  const { from, to, amount, requestId, ...row } = transfer;
  await Promise.all([
    context.tx.insert(transfers).values({
      ...row,
      amount,
      fromAccountId: from === 'issuer' ? issuer : from.accountId,
      toAccountId: to === 'issuer' ? issuer : to.accountId,
      grantRequestId: requestId ?? null,
      eventId: context.eventId,
      at: context.now,
    }),
    ...(from === 'issuer' ? [] : [addToAccount(context, from.accountId, -amount)]),
    ...(to === 'issuer' ? [] : [addToAccount(context, to.accountId, amount)]),
  ]);
}

export function placeHold(
  context: Context,
  { holdId, held, lease: { id: leaseId, accountId } }: ChangeOf<'add_lease'>,
): Promise<void> {
  const placed = sql`insert into holds (id, account_id, lease_id, amount, state)
    values (${holdId}, ${accountId}, ${leaseId}, ${held}, 'placed')`;
  return changeHold(context, placed, { accountId, posted: 0n, held });
}

function resizeHold(
  context: Context,
  isAsked: SQL,
  { accountId, by: held }: { accountId: string; by: Ticks },
): Promise<void> {
  const resized = sql`update holds set amount = amount + ${held}
    where ${isAsked} and state = 'placed'`;
  return changeHold(context, resized, { accountId, posted: 0n, held });
}

async function settleHold(context: Context, change: ChangeOf<'settle_hold'>): Promise<void> {
  const { accountId, leaseId, personId, holdId, charge, held } = change;
  const { tx, newId, eventId, now } = context;
  const settled = closedHold(holdId, 'settled');
  await Promise.all([
    changeHold(context, settled, { accountId, posted: -charge, held: -held }),
    tx.execute(sql`insert into transfers (id, kind, from_account_id, to_account_id, amount, reason,
        lease_id, person_id, event_id, at)
      values (${newId()}, 'charge', ${accountId}, ${spent}, ${charge}, 'seconds used',
        ${leaseId}, ${personId}, ${eventId}, ${now.toISOString()})`),
  ]);
}

function releaseHold(
  context: Context,
  { holdId, accountId, held, to }: ChangeOf<'release_hold'>,
): Promise<void> {
  return changeHold(context, closedHold(holdId, to), { accountId, posted: 0n, held: -held });
}

function closedHold(holdId: string, to: 'settled' | 'released' | 'expired'): SQL {
  return sql`update holds set state = ${to} where id = ${holdId} and state = 'placed'`;
}

/**
 * A hold and what its account has change in one statement, so it is both or neither. Written out:
 * on the way of every start and stop, Drizzle takes longer to put it together than the server.
 */
function changeHold(
  { tx }: Context,
  hold: SQL,
  { accountId, posted, held }: { accountId: string; posted: Ticks; held: Ticks },
): Promise<void> {
  const changed = sql`with changed as (${hold} returning id)
    update accounts set posted = posted + ${posted}, held = held + ${held},
      expiring = greatest(0, expiring + ${posted})
    where id = ${accountId} and exists (select from changed) returning id`;
  return one(rowsOf(tx, changed));
}

/** What leaves an account is taken from its allowance first. */
async function addToAccount({ tx }: Context, accountId: string, posted: Ticks): Promise<void> {
  const expiring = sql`greatest(0, ${accounts.expiring} + ${posted})`;
  const changed = tx
    .update(accounts)
    .set({
      posted: sql`${accounts.posted} + ${posted}`,
      ...(posted < 0n ? { expiring } : {}),
    })
    .where(eq(accounts.id, accountId));
  await one(changed.returning({ id: accounts.id }));
}
