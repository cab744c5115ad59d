import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm';
import { assert } from '../core/assert.ts';
import type { NoticeKind } from '../core/change.ts';
import type { Platform } from '../core/message.ts';
import type { Notice } from '../core/view.ts';
import type { Db, Transaction } from './database.ts';
import { notices } from './schema/events.ts';
import { sessions } from './schema/sessions.ts';

type NewNotice = { id: string; kind: NoticeKind; dueAt: Date };

/** One due update of a message is enough: a further one only raises its revision. */
const again = { revision: sql`${notices.revision} + 1` };

/** A session's notices belong to the platform that it was asked for on. */
export async function addSessionNotice(
  tx: Db | Transaction,
  notice: NewNotice & { sessionId: string },
): Promise<void> {
  const { sessionId } = notice;
  const platform = sql<Platform>`(select ${sessions.channel}->>'platform' from ${sessions}
    where ${eq(sessions.id, sessionId)})`;
  await tx
    .insert(notices)
    .values({ ...notice, platform, state: 'due', attempts: 0, revision: 0 })
    .onConflictDoUpdate({
      target: notices.sessionId,
      targetWhere: sql`state = 'due' and kind = 'session_changed'`,
      set: again,
    });
}

export async function addRequestNotice(
  tx: Transaction,
  notice: NewNotice & {
    grantRequestId: string;
    platform: Platform;
    personId: string | null;
    externalId: string | null;
    onceKey: string | null;
  },
): Promise<void> {
  const insert = tx.insert(notices).values({ ...notice, state: 'due', attempts: 0, revision: 0 });
  await (notice.onceKey === null
    ? insert.onConflictDoUpdate({
        target: notices.grantRequestId,
        targetWhere: sql`state = 'due' and kind = 'request_changed'`,
        set: again,
      })
    : insert.onConflictDoNothing({ target: notices.onceKey }));
}

export async function addTransferNotice(
  tx: Transaction,
  notice: NewNotice & { transferId: string; platform: Platform; personId: string },
): Promise<void> {
  await tx.insert(notices).values({ ...notice, state: 'due', attempts: 0, revision: 0 });
}

/** Takes due notices and puts them out of others' sight: a deliverer that dies loses none. */
export async function claimNotices(
  db: Db,
  asked: { platforms: readonly Platform[]; limit: number; seconds: number; now: Date },
): Promise<Notice[]> {
  const { limit, seconds, now } = asked;
  const platforms: Platform[] = [...asked.platforms, 'api'];
  const due = db
    .select({ id: notices.id })
    .from(notices)
    .where(
      and(eq(notices.state, 'due'), lte(notices.dueAt, now), inArray(notices.platform, platforms)),
    )
    .orderBy(asc(notices.dueAt), asc(notices.id))
    .limit(limit)
    .for('update', { skipLocked: true });
  const claimed = await db
    .update(notices)
    .set({
      dueAt: new Date(now.getTime() + seconds * 1000),
      attempts: sql`${notices.attempts} + 1`,
    })
    .where(inArray(notices.id, due))
    .returning();
  return claimed.map(noticeOf).sort((a, b) => (a.id < b.id ? -1 : 1));
}

function noticeOf(row: typeof notices.$inferSelect): Notice {
  const { id, kind, platform, personId, externalId, attempts, revision } = row;
  const about = row.sessionId ?? row.grantRequestId ?? row.transferId;
  assert(about, 'a notice is about something');
  const stranger = externalId === null ? null : ({ kind: 'stranger', externalId } as const);
  const to = personId === null ? stranger : ({ kind: 'person', personId } as const);
  return { id, kind, platform, about, to, attempts, revision };
}

/** Messages that say themselves what they said last, so that their notices need not be kept. */
const messageUpdates: readonly NoticeKind[] = ['session_changed', 'request_changed'];

/** Sent, unless what it is about changed meanwhile: then it is due again at once. */
export async function noteSent(db: Db, notice: Notice, now: Date): Promise<void> {
  const isDue = and(eq(notices.id, notice.id), eq(notices.state, 'due'));
  const isUnchanged = and(isDue, eq(notices.revision, notice.revision));
  const sent = await (messageUpdates.includes(notice.kind)
    ? db.delete(notices).where(isUnchanged).returning()
    : db.update(notices).set({ state: 'sent' }).where(isUnchanged).returning());
  if (sent.length === 0) await db.update(notices).set({ dueAt: now, attempts: 0 }).where(isDue);
}

/** Due again at a later time, or given up: but not what changed meanwhile. */
export async function noteUnsent(
  db: Db,
  notice: Notice,
  retry: { at: Date } | null,
): Promise<void> {
  const state = sql`case when ${notices.revision} = ${notice.revision}
    then 'given_up' else 'due' end::notice_state`;
  await db
    .update(notices)
    .set(retry ? { dueAt: retry.at } : { state })
    .where(and(eq(notices.id, notice.id), eq(notices.state, 'due')));
}
