import { and, eq, type SQL, sql } from 'drizzle-orm';
import { assert, unreachable } from '../core/assert.ts';
import type { Change } from '../core/change.ts';
import type { Ticks } from '../core/money.ts';
import type { NewId } from '../core/ports.ts';
import { statesBefore } from '../core/state.ts';
import type { Transaction } from './database.ts';
import { addNotice } from './outbox.ts';
import { accounts, devices, holds, leaseDevices, leases, sessions, transfers } from './schema.ts';

type Context = { tx: Transaction; now: Date; eventId: string; newId: NewId };
type ChangeOf<K extends Change['kind']> = Extract<Change, { kind: K }>;

/** Writes one change: the only place that does. A guard that finds another state breaks it off. */
export async function apply(context: Context, change: Change): Promise<void> {
  const { tx, now } = context;
  switch (change.kind) {
    case 'add_lease':
      return addLease(context, change);
    case 'move_lease':
      return moveLease(context, change);
    case 'update_lease':
      return one(
        tx.update(leases).set(change.set).where(eq(leases.id, change.leaseId)).returning(),
      );
    case 'assign_devices':
      await tx.insert(leaseDevices).values(
        change.deviceIds.map((deviceId) => {
          const during = `[${now.toISOString()},)`;
          return { leaseId: change.leaseId, deviceId, during, state: 'active' as const };
        }),
      );
      return;
    case 'free_devices':
      await tx
        .update(leaseDevices)
        .set({
          state: 'ended',
          during: sql`tstzrange(lower(during), greatest(lower(during), ${now.toISOString()}), '[]')`,
        })
        .where(eq(leaseDevices.leaseId, change.leaseId));
      return;
    case 'add_session':
      await tx.insert(sessions).values(change.session);
      return;
    case 'move_session':
      return moveSession(context, change);
    case 'update_session':
      if (Object.keys(change.set).length === 0) return;
      return one(
        tx.update(sessions).set(change.set).where(eq(sessions.id, change.sessionId)).returning(),
      );
    case 'grow_hold':
      return resizeHold(context, eq(holds.id, change.holdId), change);
    case 'shrink_hold':
      return resizeHold(context, eq(holds.leaseId, change.leaseId), { ...change, by: -change.by });
    case 'settle_hold':
      return settleHold(context, change);
    case 'release_hold':
      await closeHold(context, change.holdId, 'released');
      return addToAccount(context, change.accountId, { held: -change.held });
    case 'grant':
      return grant(context, change);
    case 'add_device':
      await tx.insert(devices).values({ ...change.device, state: 'offered' });
      return;
    case 'update_device':
      return one(
        tx.update(devices).set(change.set).where(eq(devices.id, change.deviceId)).returning(),
      );
    case 'notify':
      return addNotice(tx, {
        id: context.newId(),
        kind: change.notice,
        sessionId: change.sessionId,
        dueAt: now,
      });
    default:
      return unreachable(change);
  }
}

async function addLease(context: Context, { lease, holdId, held }: ChangeOf<'add_lease'>) {
  const { id: leaseId, accountId } = lease;
  const hold = { id: holdId, accountId, leaseId, amount: held, state: 'placed' as const };
  await Promise.all([
    context.tx.insert(leases).values(lease),
    context.tx.insert(holds).values(hold),
    addToAccount(context, accountId, { held }),
  ]);
}

async function moveLease({ tx }: Context, { leaseId, from, to, set }: ChangeOf<'move_lease'>) {
  assert(statesBefore('lease', to).includes(from), `a lease moves from ${from} to ${to}`);
  const isThere = and(eq(leases.id, leaseId), eq(leases.state, from));
  await one(
    tx
      .update(leases)
      .set({ ...set, state: to })
      .where(isThere)
      .returning(),
  );
}

async function moveSession(
  { tx }: Context,
  { sessionId, from, to, set }: ChangeOf<'move_session'>,
) {
  assert(statesBefore('session', to).includes(from), `a session moves from ${from} to ${to}`);
  const isThere = and(eq(sessions.id, sessionId), eq(sessions.state, from));
  await one(
    tx
      .update(sessions)
      .set({ ...set, state: to })
      .where(isThere)
      .returning(),
  );
}

async function resizeHold(
  context: Context,
  isAsked: SQL,
  { accountId, by }: { accountId: string; by: Ticks },
) {
  const resized = context.tx
    .update(holds)
    .set({ amount: sql`${holds.amount} + ${by}` })
    .where(and(isAsked, eq(holds.state, 'placed')));
  await one(resized.returning());
  await addToAccount(context, accountId, { held: by });
}

async function settleHold(context: Context, change: ChangeOf<'settle_hold'>) {
  const { accountId, charge, held } = change;
  const hold = await closeHold(context, change.holdId, 'settled');
  const spent = await onlyAccount(context, 'spent');
  await context.tx.insert(transfers).values({
    id: context.newId(),
    kind: 'charge',
    fromAccountId: accountId,
    toAccountId: spent,
    amount: charge,
    reason: 'seconds used',
    leaseId: hold.leaseId,
    eventId: context.eventId,
    at: context.now,
  });
  await addToAccount(context, accountId, { posted: -charge, held: -held });
  await addToAccount(context, spent, { posted: charge });
}

async function closeHold({ tx }: Context, holdId: string, state: 'settled' | 'released') {
  const rows = await tx
    .update(holds)
    .set({ state })
    .where(and(eq(holds.id, holdId), eq(holds.state, 'placed')))
    .returning();
  assert(rows[0], 'a hold is closed once');
  return rows[0];
}

async function grant(context: Context, { toAccountId, amount, reason }: ChangeOf<'grant'>) {
  const issuer = await onlyAccount(context, 'issuer');
  await context.tx.insert(transfers).values({
    id: context.newId(),
    kind: 'grant',
    fromAccountId: issuer,
    toAccountId,
    amount,
    reason,
    eventId: context.eventId,
    at: context.now,
  });
  await addToAccount(context, issuer, { posted: -amount });
  await addToAccount(context, toAccountId, { posted: amount });
}

async function onlyAccount({ tx }: Context, kind: 'issuer' | 'spent'): Promise<string> {
  const [row] = await tx.select({ id: accounts.id }).from(accounts).where(eq(accounts.kind, kind));
  assert(row, `the ${kind} account exists`);
  return row.id;
}

function addToAccount({ tx }: Context, accountId: string, by: { posted?: Ticks; held?: Ticks }) {
  const posted = sql`${accounts.posted} + ${by.posted ?? 0n}`;
  const held = sql`${accounts.held} + ${by.held ?? 0n}`;
  return one(
    tx.update(accounts).set({ posted, held }).where(eq(accounts.id, accountId)).returning(),
  );
}

/**
 * The line is read under the lock of the hosts, not those of its leases, so somebody may have left
 * it since: then `perform` decides anew, as after any serialization failure.
 */
async function one(rows: PromiseLike<unknown[]>): Promise<void> {
  if ((await rows).length === 1) return;
  const message = 'invariant broken: a change finds the row that was decided on';
  throw Object.assign(new Error(message), { code: '40001' });
}
