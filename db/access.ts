import { asc, eq, lt, max, sql } from 'drizzle-orm';
import type { Found, SessionActivity } from '../core/access.ts';
import { endReasons } from '../core/end-reason.ts';
import type { Clock, SshKey } from '../core/ports.ts';
import type { Store } from '../core/store.ts';
import type { SshKeyView } from '../core/view.ts';
import type { Db } from './database.ts';
import { sessionActivity, sshKeys, usedLinks } from './schema/access.ts';
import { leases, sessions } from './schema/sessions.ts';

type AccessStore = Pick<Store, 'sshKeysOf' | 'routeOf' | 'useLink' | 'noteActivity' | 'activityOf'>;

/** The part of the store about getting into sessions. */
export function accessOf(db: Db, clock: Clock): AccessStore {
  return {
    sshKeysOf: (personId) => sshKeysOf(db, personId),
    routeOf: (name) => routeOf(db, name),
    useLink: (link) => useLink(db, link, clock.now()),
    noteActivity: (processId, activity) =>
      noteActivity(db, activity, { processId, notedAt: clock.now() }),
    activityOf: (sessionId) => activityOf(db, sessionId, clock.now()),
  };
}

/** Those of a person, oldest first. */
export function sshKeysOf(db: Db, personId: string): Promise<(SshKey & SshKeyView)[]> {
  return db
    .select()
    .from(sshKeys)
    .where(eq(sshKeys.personId, personId))
    .orderBy(asc(sshKeys.addedAt), asc(sshKeys.id));
}

/** Of a lease's holder, in the order of `sshKeysOf`. */
export const keyIdsOfHolder = sql<string[]>`coalesce((select
  array_agg(${sshKeys}.id::text order by ${sshKeys}.added_at, ${sshKeys}.id) from ${sshKeys}
  where ${sshKeys}.person_id = ${leases}.person_id), '{}')`;

/** The living session of that name, else the one that ended last. */
async function routeOf(db: Db, name: string): Promise<Found> {
  const [row] = await db
    .select({ session: sessions, lease: leases })
    .from(sessions)
    .innerJoin(leases, eq(leases.id, sessions.leaseId))
    .where(eq(sessions.name, name))
    .orderBy(sql`${sessions.state} = 'ended'`, sql`${leases.requestedAt} desc`)
    .limit(1);
  if (row === undefined) return { kind: 'unknown' };
  const { session, lease } = row;
  if (session.state === 'stopping' || session.state === 'ended') {
    const words = lease.endReason === null ? 'it was stopped' : endReasons[lease.endReason].words;
    return { kind: 'ended', name, endedAt: lease.endedAt, words };
  }
  const { id: sessionId, url, token } = session;
  if (session.state !== 'running' || url === null) return { kind: 'not_ready', name };
  return { kind: 'open', route: { sessionId, name, holderId: lease.personId, url, token } };
}

/** More than clocks of processes that work together differ. */
const skewSeconds = 3600;

/** True the first time. */
async function useLink(
  db: Db,
  link: { id: string; validUntil: Date },
  now: Date,
): Promise<boolean> {
  const [used] = await Promise.all([
    db.insert(usedLinks).values(link).onConflictDoNothing().returning(),
    // Nobody gets in by those any more, whichever process's clock says so.
    db.delete(usedLinks).where(lt(usedLinks.validUntil, before(now, skewSeconds))),
  ]);
  return used.length > 0;
}

/** Longer than a session lives that nobody looks into. */
const keptSeconds = 30 * 86_400;

/** What one process counted: its last word on each session. */
async function noteActivity(
  db: Db,
  activity: readonly SessionActivity[],
  { processId, notedAt }: { processId: string; notedAt: Date },
): Promise<void> {
  const isOld = lt(sessionActivity.notedAt, before(notedAt, keptSeconds));
  await db.delete(sessionActivity).where(isOld);
  if (activity.length === 0) return;
  await db
    .insert(sessionActivity)
    .values(activity.map((seen) => ({ ...seen, processId, notedAt })))
    .onConflictDoUpdate({
      target: [sessionActivity.sessionId, sessionActivity.processId],
      set: {
        connections: sql`excluded.connections`,
        lastActiveAt: sql`excluded.last_active_at`,
        notedAt: sql`excluded.noted_at`,
      },
    });
}

/** A process that has not counted for so long has died, and its connections with it. */
const countedSeconds = 60;

/** By all processes together; null: nobody ever came in by the proxy. */
async function activityOf(db: Db, sessionId: string, now: Date): Promise<SessionActivity | null> {
  const since = before(now, countedSeconds).toISOString();
  const [seen] = await db
    .select({
      connections: sql<number>`coalesce(sum(${sessionActivity.connections})
        filter (where ${sessionActivity.notedAt} >= ${since}::timestamptz), 0)::int`,
      lastActiveAt: max(sessionActivity.lastActiveAt),
    })
    .from(sessionActivity)
    .where(eq(sessionActivity.sessionId, sessionId));
  if (!seen || seen.lastActiveAt === null) return null;
  return { sessionId, connections: seen.connections, lastActiveAt: seen.lastActiveAt };
}

function before(at: Date, seconds: number): Date {
  return new Date(at.getTime() - seconds * 1000);
}
