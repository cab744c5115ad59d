import { and, asc, desc, eq, inArray, ne, type SQL, sql } from 'drizzle-orm';
import type { Board, BoardHost, DeviceView, SessionView } from '../core/view.ts';
import type { Db } from './database.ts';
import { devices, hosts } from './schema/fleet.ts';
import { accounts, transfers } from './schema/ledger.ts';
import { persons, teams } from './schema/people.ts';
import { holds, leaseDevices, leases, sessions } from './schema/sessions.ts';

/** Most sessions that a list shows. */
const listLimit = 500;

export async function sessionById(db: Db, sessionId: string): Promise<SessionView | null> {
  return (await loadSessions(db, eq(sessions.id, sessionId)))[0] ?? null;
}

/** The living one of that name comes first, then the one asked for last. */
export async function sessionByName(db: Db, name: string): Promise<SessionView | null> {
  const found = await loadSessions(db, eq(sessions.name, name));
  return found.find(({ state }) => state !== 'ended') ?? found.at(-1) ?? null;
}

export function livingSessions(
  db: Db,
  { personId, teamId }: { personId?: string; teamId?: string },
): Promise<SessionView[]> {
  const ofPerson = personId === undefined ? undefined : eq(leases.personId, personId);
  const ofTeam = teamId === undefined ? undefined : eq(leases.teamId, teamId);
  return loadSessions(db, and(ne(sessions.state, 'ended'), ofPerson, ofTeam));
}

export async function loadBoard(db: Db): Promise<Board> {
  const [hostRows, deviceRows, living] = await Promise.all([
    db.select().from(hosts).where(eq(hosts.configured, true)).orderBy(asc(hosts.name)),
    db.select().from(devices).orderBy(asc(devices.index)),
    loadSessions(db, ne(sessions.state, 'ended')),
  ]);
  const bySession = new Map(
    living.flatMap((session) =>
      session.devices.map((device) => [`${session.host} ${device.uuid}`, session]),
    ),
  );
  const byHost = Map.groupBy(deviceRows, (device) => device.hostId);
  return {
    queue: living.filter(({ queued }) => queued),
    hosts: hostRows.map(
      (host): BoardHost => ({
        ...host,
        devices: (byHost.get(host.id) ?? []).map((device) => {
          const session = bySession.get(`${host.name} ${device.uuid}`);
          const { holder, name, state, until } = session ?? {};
          const taken = holder && name && state && { name, holder: holder.name, state };
          return { ...device, session: taken ? { ...taken, until: until ?? null } : null };
        }),
      }),
    ),
  };
}

async function loadSessions(db: Db, condition: SQL | undefined): Promise<SessionView[]> {
  const rows = await db
    .select({
      session: sessions,
      lease: leases,
      person: persons,
      team: teams,
      account: accounts.name,
      hold: holds,
      host: hosts,
      charged: transfers.amount,
    })
    .from(sessions)
    .innerJoin(leases, eq(leases.id, sessions.leaseId))
    .innerJoin(persons, eq(persons.id, leases.personId))
    .innerJoin(teams, eq(teams.id, leases.teamId))
    .innerJoin(accounts, eq(accounts.id, leases.accountId))
    .innerJoin(holds, eq(holds.leaseId, leases.id))
    .leftJoin(hosts, eq(hosts.id, sessions.hostId))
    .leftJoin(transfers, and(eq(transfers.leaseId, leases.id), sql`${transfers.kind} = 'charge'`))
    .where(condition)
    .orderBy(desc(leases.requestedAt), desc(leases.id))
    .limit(listLimit);
  const devicesByLease = await loadDevices(
    db,
    rows.map(({ lease }) => lease.id),
  );
  return rows.reverse().map((row): SessionView => {
    const { session, lease, person, team, hold, host } = row;
    return {
      ...lease,
      ...session,
      queued: lease.state === 'queued',
      holder: { personId: person.id, name: person.name },
      team,
      account: row.account,
      devices: devicesByLease.get(lease.id) ?? [],
      host: host?.name ?? null,
      simulated: host?.simulated ?? false,
      image: session.image.name,
      held: hold.state === 'placed' ? hold.amount : 0n,
      charged: row.charged,
    };
  });
}

async function loadDevices(
  db: Db,
  leaseIds: readonly string[],
): Promise<Map<string, DeviceView[]>> {
  if (leaseIds.length === 0) return new Map();
  const rows = await db
    .select({ leaseId: leaseDevices.leaseId, device: devices })
    .from(leaseDevices)
    .innerJoin(devices, eq(devices.id, leaseDevices.deviceId))
    .where(inArray(leaseDevices.leaseId, [...leaseIds]))
    .orderBy(asc(devices.index));
  const byLease = Map.groupBy(rows, ({ leaseId }) => leaseId);
  return new Map([...byLease].map(([id, group]) => [id, group.map(({ device }) => device)]));
}
