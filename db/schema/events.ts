import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { NoticeKind } from '../../core/change.ts';
import type { Actor } from '../../core/entity.ts';
import type { Platform } from '../../core/message.ts';
import { statesOf } from '../../core/state.ts';
import { instant } from './columns.ts';
import { grantRequests, transfers } from './ledger.ts';
import { persons } from './people.ts';
import { sessions } from './sessions.ts';

export const noticeState = pgEnum('notice_state', statesOf('notice'));

/** The audit: who asked what and what was decided. The request key makes a repeat harmless. */
export const events = pgTable(
  'events',
  {
    id: uuid('id').primaryKey(),
    at: instant('at').notNull(),
    actor: jsonb('actor').$type<Actor>().notNull(),
    action: text('action').notNull(),
    requestKey: text('request_key').notNull().unique(),
    /** Hash of action, asker and input: anything else under the same key is refused. */
    inputHash: text('input_hash').notNull(),
    input: jsonb('input').notNull(),
    /** What of the book it was decided on. */
    facts: jsonb('facts'),
    /** Null only inside the transaction that makes it. */
    outcome: jsonb('outcome'),
  },
  (table) => [
    index('events_by_person').on(sql`(${table.actor}->>'personId')`),
    index('events_by_subject').on(
      sql`(coalesce(${table.input}->>'sessionId', ${table.input}->>'requestId'))`,
    ),
  ],
);

/** The outbox: messages that we owe. */
export const notices = pgTable(
  'notices',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').$type<NoticeKind>().notNull(),
    /** Where it belongs, or where its person was last heard. */
    platform: text('platform').$type<Platform>().notNull(),
    /** What it is about: one of these three. */
    sessionId: uuid('session_id').references(() => sessions.id),
    grantRequestId: uuid('grant_request_id').references(() => grantRequests.id),
    transferId: uuid('transfer_id').references(() => transfers.id),
    /** Whom to tell, alone: a person, or an id that is nobody's. */
    personId: uuid('person_id').references(() => persons.id),
    externalId: text('external_id'),
    /** Of news of a session: what happened. */
    news: jsonb('news'),
    /** Said once, whatever happens again. */
    onceKey: text('once_key'),
    state: noticeState('state').notNull(),
    dueAt: instant('due_at').notNull(),
    attempts: integer('attempts').notNull(),
    /** Counts changes since it fell due: one that came during delivery makes it due again. */
    revision: integer('revision').notNull(),
  },
  (table) => [
    index('due_notices').on(table.dueAt).where(sql`${table.state} = 'due'`),
    uniqueIndex('said_once').on(table.onceKey),
    uniqueIndex('one_due_update_a_session')
      .on(table.sessionId)
      .where(sql`${table.state} = 'due' and ${table.kind} = 'session_changed'`),
    uniqueIndex('one_due_update_a_request')
      .on(table.grantRequestId)
      .where(sql`${table.state} = 'due' and ${table.kind} = 'request_changed'`),
  ],
);
