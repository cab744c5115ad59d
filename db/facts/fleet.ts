import { and, asc, eq, inArray, ne } from 'drizzle-orm';
import type { FactTable, Fleet } from '../../core/action.ts';
import type { Device, Host } from '../../core/entity.ts';
import type { Db, Transaction } from '../database.ts';
import { devices, hosts } from '../schema/fleet.ts';
import { accounts } from '../schema/ledger.ts';
import { teams } from '../schema/people.ts';
import { leaseDevices, leases, sessions } from '../schema/sessions.ts';

export async function lockHost(tx: Transaction, hostId: string): Promise<Host | null> {
  const [, [host]] = await Promise.all([lockHosts(tx, hostId), loadHosts(tx, hostId)]);
  return host ?? null;
}

/** That one, or all. */
export async function lockHosts(tx: Transaction, hostId?: string): Promise<void> {
  const isAsked = hostId === undefined ? undefined : eq(hosts.id, hostId);
  await tx.select().from(hosts).where(isAsked).orderBy(asc(hosts.id)).for('no key update');
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
  return rows.map(({ id, name, state, simulated, driver, seenAt, fault }) => {
    const own = byHost.get(id) ?? [];
    return { id, name, state, simulated, driver, seenAt, fault, devices: own };
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

export async function lockFleet(
  tx: Transaction,
  { withLine }: FactTable['fleet']['ask'],
): Promise<Fleet> {
  const [, , loaded] = await Promise.all([
    lockHosts(tx),
    withLine ? lockLine(tx) : null,
    loadFleet(tx),
  ]);
  return loaded;
}

/** Whoever changes a lease has its account first. Nobody joins the line: that needs the hosts. */
async function lockLine(tx: Transaction): Promise<void> {
  const paying = tx.select({ id: leases.accountId }).from(leases).where(eq(leases.state, 'queued'));
  await tx
    .select({ id: accounts.id })
    .from(accounts)
    .where(inArray(accounts.id, paying))
    .orderBy(asc(accounts.id))
    .for('no key update');
}

/** Unlocked where it is not called by `lockFleet`. */
export async function loadFleet(tx: Db | Transaction): Promise<Fleet> {
  const [all, unended] = await Promise.all([
    loadHosts(tx),
    tx
      .select({
        lease: leases,
        sessionId: sessions.id,
        team: teams.name,
        image: sessions.image,
      })
      .from(leases)
      .innerJoin(teams, eq(teams.id, leases.teamId))
      .innerJoin(sessions, eq(sessions.leaseId, leases.id))
      .where(ne(leases.state, 'ended'))
      .orderBy(asc(leases.requestedAt), asc(leases.id)),
  ]);
  return {
    hosts: all,
    queue: unended
      .filter(({ lease }) => lease.state === 'queued')
      .map(({ lease, image, ...row }) => ({
        ...lease,
        ...row,
        leaseId: lease.id,
        // A process of an earlier version, which is still running, does not know them.
        image: { ...image, cuda: image.cuda ?? null, compute: image.compute ?? null },
      })),
    running: unended
      .filter(({ lease }) => lease.state === 'active')
      .map(({ lease }) => ({ ...lease, leaseId: lease.id })),
  };
}
