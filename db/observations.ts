import { and, asc, eq, lte, ne, sql } from 'drizzle-orm';
import type { Inventory, NewId, StartProgress } from '../core/ports.ts';
import type { RecordedSession } from '../core/reconcile.ts';
import type { Db } from './database.ts';
import { addNotice } from './outbox.ts';
import { devices, hosts, leases, sessions } from './schema.ts';

/** Unended sessions on a host. Their devices are read when a step needs them, under its lock. */
export async function recordedSessions(db: Db, hostId: string): Promise<RecordedSession[]> {
  const rows = await db
    .select({ session: sessions, lease: leases })
    .from(sessions)
    .innerJoin(leases, eq(leases.id, sessions.leaseId))
    .where(and(eq(sessions.hostId, hostId), ne(sessions.state, 'ended')))
    .orderBy(asc(sessions.id));
  return rows.map(({ session, lease }) => ({ session: { ...session, deviceUuids: [] }, lease }));
}

export async function sessionsEndingBefore(db: Db, at: Date): Promise<string[]> {
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .innerJoin(leases, eq(leases.id, sessions.leaseId))
    .where(and(eq(sessions.state, 'running'), lte(leases.until, at)))
    .orderBy(asc(leases.until));
  return rows.map(({ id }) => id);
}

/** Of two processes that look at one host, the later look counts. */
export async function noteSeen(
  db: Db,
  hostId: string,
  { at, inventory }: { at: Date; inventory: Inventory | null },
): Promise<void> {
  const { engine, driver, cuda } = inventory ?? {};
  const found = inventory && { engine, driver, cuda, simulated: inventory.simulated };
  const seenAt = sql`greatest(${hosts.seenAt}, ${at.toISOString()}::timestamptz)`;
  await db
    .update(hosts)
    .set({ ...found, seenAt, fault: null })
    .where(eq(hosts.id, hostId));
  const samples = (inventory?.devices ?? []).map(({ uuid, sample }) => ({ uuid, sample }));
  if (samples.length === 0) return;
  await db.execute(sql`update ${devices} set sample = seen.sample
    from jsonb_to_recordset(${JSON.stringify(samples)}::jsonb) as seen(uuid text, sample jsonb)
    where ${devices.hostId} = ${hostId} and ${devices.uuid} = seen.uuid`);
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
    const held = and(eq(sessions.id, sessionId), eq(sessions.claimToken, token));
    const noted = await tx.update(sessions).set({ progress }).where(held).returning();
    if (noted.length === 0) return;
    const kind = 'session_changed';
    await addNotice(tx, { id: newId(), kind, sessionId, dueAt: now });
  });
}
