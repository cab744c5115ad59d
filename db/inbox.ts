import { and, asc, eq, gt, inArray, isNull, lt, lte, sql } from 'drizzle-orm';
import { askerOf, type Delivery, type KeptDelivery, requestKeyOf } from '../core/delivery.ts';
import type { Platform } from '../core/message.ts';
import type { Clock } from '../core/ports.ts';
import type { Store } from '../core/store.ts';
import { fromJson, hashOf, toJson } from './codec.ts';
import type { Database, Db, Transaction } from './database.ts';
import { inbox } from './schema/inbox.ts';

/** Two presses of one button within this are one: nobody reads an answer any faster. */
const doublePressSeconds = 3;

/** The part of the store in which chats put what people say. */
export function inboxOf({ db, apart }: Database, clock: Clock): StoredInbox {
  const inSeconds = (seconds: number) => later(clock.now(), seconds);
  const isOf = (requestKey: string) => eq(inbox.requestKey, requestKey);
  return {
    keepDelivery: (delivery, kept) => keepDelivery(apart, delivery, kept),
    claimDeliveries: (asked) => claimDeliveries(db, { ...asked, now: clock.now() }),
    // Its key stays for a while, so that a second delivery is known as one; its words do not.
    async noteAnswered(requestKey) {
      const set = { answeredAt: clock.now(), delivery: {} };
      await db.update(inbox).set(set).where(isOf(requestKey));
    },
    async noteUnanswered(requestKey, { retrySeconds, isDone, isCounted }) {
      await db
        .update(inbox)
        .set({
          dueAt: inSeconds(retrySeconds),
          ...(isDone ? { said: requestKey } : {}),
          // The next claim counts again, so that it is known as a repeat.
          ...(isCounted ? {} : { attempts: sql`greatest(${inbox.attempts} - 1, 1)` }),
        })
        .where(isOf(requestKey));
    },
    async dropDelivery(requestKey, keptAt) {
      await db.delete(inbox).where(and(isOf(requestKey), eq(inbox.keptAt, keptAt)));
    },
    async forgetDeliveries(answeredBefore) {
      await db.delete(inbox).where(lt(inbox.answeredAt, answeredBefore));
    },
  };
}

type StoredInbox = Pick<
  Store,
  | 'keepDelivery'
  | 'claimDeliveries'
  | 'noteAnswered'
  | 'noteUnanswered'
  | 'dropDelivery'
  | 'forgetDeliveries'
>;

/** False: it, or the same thing said before, is there already; or it is half of a double press. */
async function keepDelivery(
  db: Db,
  delivery: Delivery,
  { keptAt, seconds }: { keptAt: Date; seconds: number },
): Promise<boolean> {
  const press = pressOf(delivery);
  const row = {
    requestKey: requestKeyOf(delivery),
    platform: askerOf(delivery).platform,
    delivery: toJson(delivery),
    line: lineOf(delivery),
    said: saidOf(delivery),
    press,
    keptAt,
    dueAt: later(keptAt, seconds),
    attempts: 1,
  };
  if (press === null) return insert(db, row);
  return db.transaction(async (tx) => {
    // Both presses may come at once, to two processes.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${press}, 0))`);
    const isRecent = gt(inbox.keptAt, later(keptAt, -doublePressSeconds));
    const [earlier] = await tx
      .select({ requestKey: inbox.requestKey })
      .from(inbox)
      .where(and(eq(inbox.press, press), isRecent))
      .limit(1);
    return earlier === undefined && insert(tx, row);
  });
}

async function insert(db: Db | Transaction, row: typeof inbox.$inferInsert): Promise<boolean> {
  const kept = await db
    .insert(inbox)
    .values(row)
    .onConflictDoNothing()
    .returning({ requestKey: inbox.requestKey });
  return kept.length === 1;
}

/** Takes what a process left behind, or put off. */
async function claimDeliveries(
  db: Db,
  asked: { platforms: readonly Platform[]; limit: number; seconds: number; now: Date },
): Promise<KeptDelivery[]> {
  const { platforms, limit, seconds, now } = asked;
  const isFirst = sql`not exists (select from inbox earlier where earlier.line = ${inbox.line}
    and earlier.answered_at is null and earlier.kept_at < ${inbox.keptAt})`;
  const isDue = and(
    isNull(inbox.answeredAt),
    lte(inbox.dueAt, now),
    inArray(inbox.platform, [...platforms]),
    isFirst,
  );
  const due = db
    .select({ requestKey: inbox.requestKey })
    .from(inbox)
    .where(isDue)
    .orderBy(asc(inbox.keptAt))
    .limit(limit)
    .for('update', { skipLocked: true });
  const claimed = await db
    .update(inbox)
    .set({ dueAt: later(now, seconds), attempts: sql`${inbox.attempts} + 1` })
    .where(inArray(inbox.requestKey, due))
    .returning({
      delivery: inbox.delivery,
      keptAt: inbox.keptAt,
      attempts: inbox.attempts,
      isDone: sql<boolean>`${inbox.said} = ${inbox.requestKey}`,
    });
  return claimed
    .map((row) => ({ ...row, delivery: fromJson(row.delivery) as Delivery }))
    .sort((a, b) => a.keptAt.getTime() - b.keptAt.getTime());
}

function pressOf(delivery: Delivery): string | null {
  if (delivery.kind !== 'command' || delivery.press === null) return null;
  return hashOf([delivery.invocation.platform, delivery.invocation.externalId, delivery.press]);
}

/** What one person wants done; and apart from it, what they put under one message. */
function lineOf(delivery: Delivery): string {
  const { platform, externalId } = askerOf(delivery);
  const about = delivery.kind === 'reaction' ? delivery.reaction.ref : null;
  return hashOf([platform, externalId, about]);
}

/** A reaction is never lost to who gave it: chats deliver those again. */
function saidOf(delivery: Delivery): string {
  if (delivery.kind === 'reaction') return hashOf([delivery.reaction.requestKey]);
  const { platform, externalId, channel, text } = delivery.invocation;
  return hashOf([platform, externalId, channel, text, delivery.press]);
}

const later = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1000);
