import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm';
import type { NoticeKind } from '../core/change.ts';
import type { Platform } from '../core/message.ts';
import type { Notice } from '../core/view.ts';
import type { Db, Transaction } from './database.ts';
import { notices, sessions } from './schema.ts';

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
  asked: { platforms: readonly Platform[]; limit: number; seconds: number; now: Date },
): Promise<Notice[]> {
  const { limit, seconds, now } = asked;
  const platforms = [...asked.platforms, 'api'];
  const due = db
    .select({ id: notices.id })
    .from(notices)
    .innerJoin(sessions, eq(sessions.id, notices.sessionId))
    .where(
      and(
        eq(notices.state, 'due'),
        lte(notices.dueAt, now),
        inArray(sql`${sessions.channel}->>'platform'`, platforms),
      ),
    )
    .orderBy(asc(notices.dueAt), asc(notices.id))
    .limit(limit)
    .for('update', { of: notices, skipLocked: true });
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

/**
 * Sent, unless the session changed meanwhile: then it is due again at once. An update of a
 * session's message is not kept, as the message itself says what it said.
 */
export async function noteSent(db: Db, notice: Notice, now: Date): Promise<void> {
  const isDue = and(eq(notices.id, notice.id), eq(notices.state, 'due'));
  const isUnchanged = and(isDue, eq(notices.revision, notice.revision));
  const sent = await (notice.kind === 'session_changed'
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
