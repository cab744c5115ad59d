import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm';
import type { NoticeKind } from '../core/change.ts';
import type { Notice } from '../core/view.ts';
import type { Db, Transaction } from './database.ts';
import { notices } from './schema.ts';

/**
 * Puts a notice in the outbox. One due update of a session's message is enough: a further one
 * only raises its revision.
 */
export async function addNotice(
  tx: Db | Transaction,
  notice: { id: string; kind: NoticeKind; sessionId: string; dueAt: Date },
): Promise<void> {
  await tx
    .insert(notices)
    .values({ ...notice, state: 'due', attempts: 0, revision: 0 })
    .onConflictDoUpdate({
      target: notices.sessionId,
      targetWhere: sql`state = 'due' and kind = 'session_changed'`,
      set: { revision: sql`${notices.revision} + 1` },
    });
}

/** Takes due notices and puts them out of others' sight: a deliverer that dies loses none. */
export async function claimNotices(
  db: Db,
  { limit, seconds, now }: { limit: number; seconds: number; now: Date },
): Promise<Notice[]> {
  const due = db
    .select({ id: notices.id })
    .from(notices)
    .where(and(eq(notices.state, 'due'), lte(notices.dueAt, now)))
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
  return claimed.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Sent, unless the session changed meanwhile: then it is due again at once. */
export async function noteSent(db: Db, notice: Notice, now: Date): Promise<void> {
  const isUnchanged = sql`${notices.revision} = ${notice.revision}`;
  await db
    .update(notices)
    .set({
      state: sql`case when ${isUnchanged} then 'sent' else 'due' end::notice_state`,
      dueAt: now,
      attempts: sql`case when ${isUnchanged} then ${notices.attempts} else 0 end`,
    })
    .where(and(eq(notices.id, notice.id), eq(notices.state, 'due')));
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
