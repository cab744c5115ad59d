import { and, asc, eq, inArray, ne, sql } from 'drizzle-orm';
import type { FactsFor, Fleet, Needs } from '../core/action.ts';
import type { Device, Host, Person, SessionFacts } from '../core/entity.ts';
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
 * what belongs to them. A lock is taken before the row's values are read.
 */
export async function loadFacts<N extends Needs>(tx: Transaction, needs: N): Promise<FactsFor<N>> {
  const facts: Record<string, unknown> = {};
  if (needs.host) facts['host'] = (await lockHosts(tx, needs.host.hostId))[0] ?? null;
  if (needs.fleet) facts['fleet'] = await lockFleet(tx);
  if (needs.payer) facts['payer'] = await lockPayer(tx, needs.payer.personId);
  if (needs.account) facts['account'] = await lockAccount(tx, needs.account.accountId);
  if (needs.session) facts['session'] = await lockSession(tx, needs.session.sessionId);
  if (needs.takenNames) facts['takenNames'] = await loadTakenNames(tx, needs.takenNames);
  return facts as FactsFor<N>;
}

async function lockHosts(tx: Transaction, hostId?: string): Promise<Host[]> {
  const isAsked = hostId === undefined ? undefined : eq(hosts.id, hostId);
  await tx.select().from(hosts).where(isAsked).orderBy(asc(hosts.id)).for('update');
  return loadHosts(tx, hostId);
}

async function loadHosts(tx: Db | Transaction, hostId?: string): Promise<Host[]> {
  const isAsked = hostId === undefined ? eq(hosts.configured, true) : eq(hosts.id, hostId);
  const ofHosts = hostId === undefined ? undefined : eq(devices.hostId, hostId);
  const rows = await tx.select().from(hosts).where(isAsked).orderBy(asc(hosts.id));
  return withDevices(rows, await loadDevices(tx, ofHosts));
}

function withDevices(rows: (typeof hosts.$inferSelect)[], all: Device[]): Host[] {
  const byHost = Map.groupBy(all, (device) => device.hostId);
  return rows.map(({ id, name, state, simulated, seenAt }) => {
    return { id, name, state, simulated, seenAt, devices: byHost.get(id) ?? [] };
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
  await lockHosts(tx);
  return loadFleet(tx);
}

/** Unlocked where it is not called by `lockFleet`. */
export async function loadFleet(tx: Db | Transaction): Promise<Fleet> {
  const all = await loadHosts(tx);
  const unended = await tx
    .select({ lease: leases, sessionId: sessions.id })
    .from(leases)
    .innerJoin(sessions, eq(sessions.leaseId, leases.id))
    .where(ne(leases.state, 'ended'))
    .orderBy(asc(leases.requestedAt), asc(leases.id));
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

async function lockSession(tx: Transaction, sessionId: string): Promise<SessionFacts | null> {
  // Which lease, account and holder it has never changes, so that may be read before the locks.
  const [ids] = await tx
    .select({ leaseId: leases.id, accountId: leases.accountId, personId: leases.personId })
    .from(sessions)
    .innerJoin(leases, eq(leases.id, sessions.leaseId))
    .where(eq(sessions.id, sessionId));
  if (!ids) return null;
  const account = await lockAccount(tx, ids.accountId);
  const [lease] = await tx.select().from(leases).where(eq(leases.id, ids.leaseId)).for('update');
  const [session] = await tx
    .select()
    .from(sessions)
    .where(eq(sessions.id, sessionId))
    .for('update');
  const [hold] = await tx.select().from(holds).where(eq(holds.leaseId, ids.leaseId));
  const [holder] = await tx.select().from(persons).where(eq(persons.id, ids.personId));
  if (!account || !lease || !session || !hold || !holder) return null;
  const deviceUuids = await deviceUuidsOf(tx, lease.id);
  return { session: { ...session, deviceUuids }, lease, hold, account, holder: holder as Person };
}

async function deviceUuidsOf(tx: Transaction, leaseId: string): Promise<string[]> {
  const rows = await tx
    .select({ uuid: devices.uuid })
    .from(leaseDevices)
    .innerJoin(devices, eq(devices.id, leaseDevices.deviceId))
    .where(eq(leaseDevices.leaseId, leaseId))
    .orderBy(asc(devices.index));
  return rows.map(({ uuid }) => uuid);
}

async function loadTakenNames(tx: Transaction, names: readonly string[]): Promise<string[]> {
  const rows = await tx
    .select({ name: sessions.name })
    .from(sessions)
    .where(and(inArray(sessions.name, [...names]), sql`${sessions.state} <> 'ended'`));
  return rows.map(({ name }) => name);
}
