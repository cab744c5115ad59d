import { and, eq, type SQL, sql } from 'drizzle-orm';
import { assert } from '../../core/assert.ts';
import type { NewTransfer } from '../../core/change.ts';
import type { Ticks } from '../../core/money.ts';
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
    ...(from === 'issuer' ? [] : [addToAccount(context, from.accountId, { posted: -amount })]),
    ...(to === 'issuer' ? [] : [addToAccount(context, to.accountId, { posted: amount })]),
  ]);
}

export async function placeHold(
  context: Context,
  { holdId: id, held, lease: { id: leaseId, accountId } }: ChangeOf<'add_lease'>,
): Promise<void> {
  await Promise.all([
    context.tx
      .insert(holds)
      .values({ id, accountId, leaseId, amount: held, state: 'placed' as const }),
    addToAccount(context, accountId, { held }),
  ]);
}

async function resizeHold(
  context: Context,
  isAsked: SQL,
  { accountId, by }: { accountId: string; by: Ticks },
): Promise<void> {
  const resized = context.tx
    .update(holds)
    .set({ amount: sql`${holds.amount} + ${by}` })
    .where(and(isAsked, eq(holds.state, 'placed')))
    .returning({ id: holds.id });
  await Promise.all([one(resized), addToAccount(context, accountId, { held: by })]);
}

async function settleHold(context: Context, change: ChangeOf<'settle_hold'>): Promise<void> {
  const { accountId, leaseId, personId, holdId, charge, held } = change;
  await Promise.all([
    closeHold(context, holdId, 'settled'),
    context.tx.insert(transfers).values({
      id: context.newId(),
      kind: 'charge',
      fromAccountId: accountId,
      toAccountId: spent,
      amount: charge,
      reason: 'seconds used',
      leaseId,
      personId,
      eventId: context.eventId,
      at: context.now,
    }),
    addToAccount(context, accountId, { posted: -charge, held: -held }),
  ]);
}

async function releaseHold(
  context: Context,
  { holdId, accountId, held, to }: ChangeOf<'release_hold'>,
): Promise<void> {
  await Promise.all([
    closeHold(context, holdId, to),
    addToAccount(context, accountId, { held: -held }),
  ]);
}

async function closeHold(
  { tx }: Context,
  holdId: string,
  state: 'settled' | 'released' | 'expired',
): Promise<void> {
  const rows = await tx
    .update(holds)
    .set({ state })
    .where(and(eq(holds.id, holdId), eq(holds.state, 'placed')))
    .returning({ id: holds.id });
  assert(rows.length === 1, 'a hold is closed once');
}

/** What leaves an account is taken from its allowance first. */
async function addToAccount(
  { tx }: Context,
  accountId: string,
  { posted = 0n, held = 0n }: { posted?: Ticks; held?: Ticks },
): Promise<void> {
  const expiring = sql`greatest(0, ${accounts.expiring} + ${posted})`;
  const changed = tx
    .update(accounts)
    .set({
      posted: sql`${accounts.posted} + ${posted}`,
      held: sql`${accounts.held} + ${held}`,
      ...(posted < 0n ? { expiring } : {}),
    })
    .where(eq(accounts.id, accountId));
  await one(changed.returning({ id: accounts.id }));
}
