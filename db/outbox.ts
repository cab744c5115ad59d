import { and, arrayContains, asc, eq, inArray, lte, sql } from 'drizzle-orm';
import { assert } from '../core/assert.ts';
import type { NoticeKind, SessionNews } from '../core/change.ts';
import type { Channel } from '../core/entity.ts';
import type { Platform } from '../core/message.ts';
import type { NewId } from '../core/ports.ts';
import type { Notice } from '../core/view.ts';
import { fromJson, toJson } from './codec.ts';
import type { Db, Transaction } from './database.ts';
import { notices } from './schema/events.ts';
import { grantRequests } from './schema/ledger.ts';
import { memberships } from './schema/people.ts';
import { sessions } from './schema/sessions.ts';

type NewNotice = { id: string; kind: NoticeKind; dueAt: Date };

/** One due update of a message is enough: a further one only raises its revision. */
const again = { revision: sql`${notices.revision} + 1` };

const platformOf = (sessionId: string) =>
  sql<Platform>`(select ${sessions.channel}->>'platform' from ${sessions}
    where ${eq(sessions.id, sessionId)})`;

/** A session's notices belong to the platform that it was asked for on. */
export async function addSessionNotice(
  tx: Db | Transaction,
  notice: NewNotice & { sessionId: string },
): Promise<void> {
  const { sessionId, kind } = notice;
  const platform = platformOf(sessionId);
  // One warning is enough for who has not had the one before.
  if (kind === 'ending_soon')
    await tx
      .delete(notices)
      .where(
        and(eq(notices.sessionId, sessionId), eq(notices.kind, kind), eq(notices.state, 'due')),
      );
  await tx
    .insert(notices)
    .values({ ...notice, platform, state: 'due', attempts: 0, revision: 0 })
    .onConflictDoUpdate({
      target: notices.sessionId,
      targetWhere: sql`state = 'due' and kind = 'session_changed'`,
      set: again,
    });
}

export async function addSessionNews(
  tx: Transaction,
  { news, ...notice }: Omit<NewNotice, 'kind'> & { sessionId: string; news: SessionNews },
): Promise<void> {
  const platform = platformOf(notice.sessionId);
  await tx.insert(notices).values({
    ...notice,
    kind: 'session_news',
    platform,
    news: toJson(news),
    state: 'due',
    attempts: 0,
    revision: 0,
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

type Claiming = {
  platforms: readonly Platform[];
  limit: number;
  seconds: number;
  editSeconds: Readonly<Partial<Record<Platform, number>>>;
  now: Date;
};

/** Takes due notices and puts them out of others' sight: a deliverer that dies loses none. */
export async function claimNotices(db: Db, asked: Claiming): Promise<Notice[]> {
  const { limit, seconds, now } = asked;
  const platforms: Platform[] = [...asked.platforms, 'api'];
  const due = db
    .select({ id: notices.id })
    .from(notices)
    .where(
      and(
        eq(notices.state, 'due'),
        lte(notices.dueAt, now),
        inArray(notices.platform, platforms),
        hasThread,
        ...Object.entries(asked.editSeconds).map(([platform, least]) =>
          isCalm(platform, { now, least }),
        ),
      ),
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

/** What is said under a message waits until that is posted, or given up. */
const hasThread = sql`(${notices.kind} <> 'session_news' or not exists (
  select from notices of_message join sessions s on s.id = of_message.session_id
  where of_message.session_id = ${notices.sessionId} and of_message.kind = 'session_changed'
    and of_message.state = 'due' and s.message_ref is null))`;

/** Of that platform only messages that were not shown since then: edits come one by one. */
function isCalm(platform: string, { now, least }: { now: Date; least: number }) {
  const shownAt = sql`(case ${notices.kind}
    when 'session_changed' then (select s.shown_at from sessions s where s.id = ${notices.sessionId})
    when 'request_changed' then
      (select r.shown_at from grant_requests r where r.id = ${notices.grantRequestId})
    end)`;
  const since = new Date(now.getTime() - least * 1000).toISOString();
  // Where it was shown later than now, the clock was set back.
  const isShown = sql`coalesce(${shownAt} > ${since} and ${shownAt} <= ${now.toISOString()}, false)`;
  return sql`(${notices.platform} <> ${platform} or not ${isShown})`;
}

function noticeOf(row: typeof notices.$inferSelect): Notice {
  const { id, kind, platform, personId, externalId, attempts, revision } = row;
  const about = row.sessionId ?? row.grantRequestId ?? row.transferId;
  assert(about, 'a notice is about something');
  const stranger = externalId === null ? null : ({ kind: 'stranger', externalId } as const);
  const to = personId === null ? stranger : ({ kind: 'person', personId } as const);
  const news = row.news === null ? null : (fromJson(row.news) as SessionNews);
  return { id, kind, platform, about, to, news, attempts, revision };
}

/** What stands in the chat for everybody says itself that it was said. */
const notKept: readonly NoticeKind[] = ['session_changed', 'request_changed', 'session_news'];

/** Sent, unless what it is about changed meanwhile: then it is due again at once. */
export async function noteSent(db: Db, notice: Notice, now: Date): Promise<void> {
  const isDue = and(eq(notices.id, notice.id), eq(notices.state, 'due'));
  const isUnchanged = and(isDue, eq(notices.revision, notice.revision));
  await noteShown(db, notice, now);
  const sent = await (notKept.includes(notice.kind)
    ? db.delete(notices).where(isUnchanged).returning()
    : db.update(notices).set({ state: 'sent' }).where(isUnchanged).returning());
  if (sent.length === 0) await db.update(notices).set({ dueAt: now, attempts: 0 }).where(isDue);
}

async function noteShown(db: Db, { kind, about }: Notice, shownAt: Date): Promise<void> {
  if (kind === 'session_changed')
    await db.update(sessions).set({ shownAt }).where(eq(sessions.id, about));
  if (kind === 'request_changed')
    await db.update(grantRequests).set({ shownAt }).where(eq(grantRequests.id, about));
}

export async function noteUntried(db: Db, notice: Notice, dueAt: Date): Promise<void> {
  await db
    .update(notices)
    .set({ dueAt, attempts: sql`greatest(${notices.attempts} - 1, 0)` })
    .where(and(eq(notices.id, notice.id), eq(notices.state, 'due')));
}

/** Each admin of the team is told of it once a day. */
export async function noteChannelLost(
  db: Db,
  notice: Notice,
  lost: { channel: Channel; now: Date; newId: NewId },
): Promise<void> {
  const { kind, about, platform } = notice;
  const isRequest = kind === 'request_changed';
  const team = isRequest
    ? sql`(select r.team_id from grant_requests r where r.id = ${about})`
    : sql`(select l.team_id from sessions s join leases l on l.id = s.lease_id where s.id = ${about})`;
  const admins = await db
    .select({ personId: memberships.personId })
    .from(memberships)
    .where(and(eq(memberships.teamId, team), arrayContains(memberships.roles, ['admin'])));
  const { channel, now, newId } = lost;
  const day = now.toISOString().slice(0, 10);
  // A request must be decided by somebody, so each of them is told of.
  const what = isRequest ? about : `${channel.platform}:${channel.channel}:${day}`;
  for (const { personId } of admins)
    await db
      .insert(notices)
      .values({
        id: newId(),
        kind: 'channel_lost',
        platform,
        ...(isRequest ? { grantRequestId: about } : { sessionId: about }),
        personId,
        onceKey: `channel_lost:${what}:${personId}`,
        state: 'due',
        dueAt: now,
        attempts: 0,
        revision: 0,
      })
      .onConflictDoNothing({ target: notices.onceKey });
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
