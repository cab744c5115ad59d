import { and, asc, eq, inArray, ne, sql } from 'drizzle-orm';
import type { FactsFor, FactTable, Fleet, Needs } from '../core/action.ts';
import type { Device, Host, SessionFacts } from '../core/entity.ts';
import type { Db, Transaction } from './database.ts';
import {
  accounts,
  devices,
  holds,
  hosts,
  leaseDevices,
  leases,
  persons,
  sessions,
} from './schema.ts';

/**
 * Loads what an action needs, with row locks, always in this order: hosts, accounts, leases and
 * what belongs to them. The statements are sent one behind the other without waiting, and the
 * server runs them in that order, each with a snapshot of its own: values are read after the lock.
 */
export async function loadFacts<N extends Needs>(tx: Transaction, needs: N): Promise<FactsFor<N>> {
  const { host, fleet, payer, account, session, takenNames } = needs;
  const loading: { [K in keyof FactTable]?: Promise<FactTable[K]['fact']> } = {
    ...(host && { host: lockHost(tx, host.hostId) }),
    ...(fleet && { fleet: lockFleet(tx) }),
    ...(payer && { payer: lockPayer(tx, payer.personId) }),
    ...(account && { account: lockAccount(tx, account.accountId) }),
    ...(session && { session: lockSession(tx, session.sessionId) }),
    ...(takenNames && { takenNames: loadTakenNames(tx, takenNames) }),
  };
  const facts = await Promise.all(Object.values(loading));
  const names = Object.keys(loading);
  return Object.fromEntries(names.map((name, at) => [name, facts[at]])) as FactsFor<N>;
}

async function lockHost(tx: Transaction, hostId: string): Promise<Host | null> {
  const [, [host]] = await Promise.all([lockHosts(tx, hostId), loadHosts(tx, hostId)]);
  return host ?? null;
}

async function lockHosts(tx: Transaction, hostId?: string): Promise<void> {
  const isAsked = hostId === undefined ? undefined : eq(hosts.id, hostId);
  await tx.select().from(hosts).where(isAsked).orderBy(asc(hosts.id)).for('update');
}

async function loadHosts(tx: Db | Transaction, hostId?: string): Promise<Host[]> {
  const isAsked = hostId === undefined ? eq(hosts.configured, true) : eq(hosts.id, hostId);
  const ofHosts = hostId === undefined ? undefined : eq(devices.hostId, hostId);
  const [rows, all] = await Promise.all([
    tx.select().from(hosts).where(isAsked).orderBy(asc(hosts.id)),
    loadDevices(tx, ofHosts),
  ]);
  return withDevices(rows, all);
}

function withDevices(rows: (typeof hosts.$inferSelect)[], all: Device[]): Host[] {
  const byHost = Map.groupBy(all, (device) => device.hostId);
  return rows.map(({ id, name, state, simulated, seenAt, fault }) => {
    return { id, name, state, simulated, seenAt, fault, devices: byHost.get(id) ?? [] };
  });
}

/** Devices in the order of host and index, each with the unended lease that has it. */
async function loadDevices(
  tx: Db | Transaction,
  condition: ReturnType<typeof eq> | undefined,
): Promise<Device[]> {
  const rows = await tx
    .select({ device: devices, leaseId: leaseDevices.leaseId })
    .from(devices)
    .leftJoin(
      leaseDevices,
      and(eq(leaseDevices.deviceId, devices.id), ne(leaseDevices.state, 'ended')),
    )
    .where(condition)
    .orderBy(asc(devices.hostId), asc(devices.index));
  return rows.map(({ device, leaseId }) => ({ ...device, leaseId }));
}

async function lockFleet(tx: Transaction): Promise<Fleet> {
  const [, loaded] = await Promise.all([lockHosts(tx), loadFleet(tx)]);
  return loaded;
}

/** Unlocked where it is not called by `lockFleet`. */
export async function loadFleet(tx: Db | Transaction): Promise<Fleet> {
  const [all, unended] = await Promise.all([
    loadHosts(tx),
    tx
      .select({ lease: leases, sessionId: sessions.id })
      .from(leases)
      .innerJoin(sessions, eq(sessions.leaseId, leases.id))
      .where(ne(leases.state, 'ended'))
      .orderBy(asc(leases.requestedAt), asc(leases.id)),
  ]);
  return {
    hosts: all,
    queue: unended
      .filter(({ lease }) => lease.state === 'queued')
      .map(({ lease, sessionId }) => ({ ...lease, leaseId: lease.id, sessionId })),
    running: unended
      .filter(({ lease }) => lease.state === 'active')
      .map(({ lease }) => ({ ...lease, leaseId: lease.id })),
  };
}

/** The team's account pays. */
async function lockPayer(tx: Transaction, personId: string) {
  const [row] = await tx
    .select({ person: persons, account: accounts })
    .from(persons)
    .innerJoin(accounts, eq(accounts.teamId, persons.teamId))
    .where(eq(persons.id, personId))
    .for('update', { of: accounts });
  return row ?? null;
}

async function lockAccount(tx: Transaction, accountId: string) {
  const [row] = await tx.select().from(accounts).where(eq(accounts.id, accountId)).for('update');
  return row ?? null;
}

/** One statement, always of this shape, so that its rows are locked in one order everywhere. */
async function lockSession(tx: Transaction, sessionId: string): Promise<SessionFacts | null> {
  const [row] = await tx
    .select({ session: sessions, lease: leases, hold: holds, account: accounts, holder: persons })
    .from(sessions)
    .innerJoin(leases, eq(leases.id, sessions.leaseId))
    .innerJoin(holds, eq(holds.leaseId, leases.id))
    .innerJoin(accounts, eq(accounts.id, leases.accountId))
    .innerJoin(persons, eq(persons.id, leases.personId))
    .where(eq(sessions.id, sessionId))
    .for('update', { of: [accounts, leases, holds, sessions] });
  return row ?? null;
}

async function loadTakenNames(tx: Transaction, names: readonly string[]): Promise<string[]> {
  const rows = await tx
    .select({ name: sessions.name })
    .from(sessions)
    .where(and(inArray(sessions.name, [...names]), sql`${sessions.state} <> 'ended'`));
  return rows.map(({ name }) => name);
}
