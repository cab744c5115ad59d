import { and, asc, eq, isNull, lte, ne, or, sql } from 'drizzle-orm';
import { cpuDevice } from '../core/device-type.ts';
import type { ContainerSpec, Inventory, NewId, StartProgress } from '../core/ports.ts';
import type { RecordedSession } from '../core/reconcile.ts';
import type { EndingSession } from '../core/store.ts';
import { keyIdsOfHolder, sshKeysOf } from './access.ts';
import type { Db } from './database.ts';
import { addSessionNotice } from './outbox.ts';
import { devices, hosts } from './schema/fleet.ts';
import { leaseDevices, leases, sessions } from './schema/sessions.ts';

/** Unended sessions on a host. Their devices are read when a step needs them, under its lock. */
export function recordedSessions(db: Db, hostId: string): Promise<RecordedSession[]> {
  return db
    .select({ session: sessions, lease: leases, keyIds: keyIdsOfHolder })
    .from(sessions)
    .innerJoin(leases, eq(leases.id, sessions.leaseId))
    .where(and(eq(sessions.hostId, hostId), ne(sessions.state, 'ended')))
    .orderBy(asc(sessions.id));
}

export function sessionsEndingBefore(db: Db, at: Date): Promise<EndingSession[]> {
  const { until, leaseSeconds } = leases;
  return db
    .select({ sessionId: sessions.id, until, leaseSeconds, warnedSeconds: sessions.warnedSeconds })
    .from(sessions)
    .innerJoin(leases, eq(leases.id, sessions.leaseId))
    .where(and(eq(sessions.state, 'running'), lte(until, at)))
    .orderBy(asc(until));
}

/** Those that wait in line, whose wait began at that moment or before. */
export async function sessionsQueuedBefore(db: Db, at: Date): Promise<string[]> {
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .innerJoin(leases, eq(leases.id, sessions.leaseId))
    .where(and(eq(leases.state, 'queued'), lte(leases.requestedAt, at)))
    .orderBy(asc(leases.requestedAt));
  return rows.map(({ id }) => id);
}

/** A session gets as much of its host as its devices are of the host's. */
export async function containerSpec(db: Db, sessionId: string): Promise<ContainerSpec | null> {
  const [row] = await db
    .select({ session: sessions, personId: leases.personId })
    .from(sessions)
    .innerJoin(leases, eq(leases.id, sessions.leaseId))
    .where(eq(sessions.id, sessionId));
  if (!row?.session.hostId) return null;
  const sshKeys = await sshKeysOf(db, row.personId);
  const ofHost = await db
    .select({ device: devices, leaseId: leaseDevices.leaseId })
    .from(devices)
    .leftJoin(
      leaseDevices,
      and(eq(leaseDevices.deviceId, devices.id), eq(leaseDevices.leaseId, row.session.leaseId)),
    )
    .where(eq(devices.hostId, row.session.hostId))
    .orderBy(asc(devices.index));
  // What is quarantined may be gone for good: its part of the host goes to the others.
  const present = ofHost.filter(
    ({ device, leaseId }) => device.state === 'offered' || leaseId !== null,
  );
  const leased = ofHost.filter(({ leaseId }) => leaseId !== null).map(({ device }) => device);
  return {
    sessionId,
    sessionName: row.session.name,
    personId: row.personId,
    image: row.session.image,
    deviceUuids: leased.filter(({ type }) => type !== cpuDevice).map(({ uuid }) => uuid),
    share: leased.length / Math.max(1, present.length),
    token: row.session.token,
    sshKeys: sshKeys.map(({ id, publicKey }) => ({ id, publicKey })),
    check: row.session.check,
  };
}

/** Of two processes that look at one host, the later look counts. */
export async function noteSeen(
  db: Db,
  hostId: string,
  { at, inventory }: { at: Date; inventory: Inventory | null },
): Promise<void> {
  const { engine, driver, cuda } = inventory ?? {};
  const found = inventory && { engine, driver, cuda, simulated: inventory.simulated, fault: null };
  const seenAt = sql`greatest(${hosts.seenAt}, ${at.toISOString()}::timestamptz)`;
  await db
    .update(hosts)
    .set({ ...found, seenAt })
    .where(eq(hosts.id, hostId));
  const samples = (inventory?.devices ?? []).map(({ uuid, sample }) => ({ uuid, sample }));
  if (samples.length === 0) return;
  await db.execute(sql`update ${devices} set sample = seen.sample
    from jsonb_to_recordset(${JSON.stringify(samples)}::jsonb) as seen(uuid text, sample jsonb)
    where ${devices.hostId} = ${hostId} and ${devices.uuid} = seen.uuid`);
}

/** Chats bear about fifty edits a minute in all: of many messages each is edited more seldom. */
const secondsEach = 1.5;

/** Has the messages of the host's running sessions rendered anew, with its latest figures. */
export async function refreshMessages(
  db: Db,
  hostId: string,
  { now, newId }: { now: Date; newId: NewId },
): Promise<void> {
  const isRunning = eq(sessions.state, 'running');
  const all = await db.$count(sessions, isRunning);
  const since = new Date(now.getTime() - all * secondsEach * 1000);
  const running = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(
      and(
        eq(sessions.hostId, hostId),
        isRunning,
        or(isNull(sessions.shownAt), lte(sessions.shownAt, since)),
      ),
    );
  for (const { id: sessionId } of running)
    await addSessionNotice(db, { id: newId(), kind: 'session_changed', sessionId, dueAt: now });
}

export async function noteUnreachable(db: Db, hostId: string, fault: string): Promise<void> {
  await db.update(hosts).set({ fault }).where(eq(hosts.id, hostId));
}

export async function hostSeenAt(db: Db, hostId: string): Promise<Date | null> {
  const [row] = await db.select({ seenAt: hosts.seenAt }).from(hosts).where(eq(hosts.id, hostId));
  return row?.seenAt ?? null;
}

export type NotedProgress = { sessionId: string; token: string; progress: StartProgress };

/** Kept only under a claim that holds; the session's own message follows. */
export async function noteProgress(
  db: Db,
  { sessionId, token, progress }: NotedProgress,
  { now, newId }: { now: Date; newId: NewId },
): Promise<void> {
  await db.transaction(async (tx) => {
    const isStarting = and(eq(sessions.id, sessionId), eq(sessions.state, 'starting'));
    const held = and(isStarting, eq(sessions.claimToken, token));
    const noted = await tx.update(sessions).set({ progress }).where(held).returning();
    if (noted.length === 0) return;
    const kind = 'session_changed';
    await addSessionNotice(tx, { id: newId(), kind, sessionId, dueAt: now });
  });
}
