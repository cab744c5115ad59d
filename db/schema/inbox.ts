import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Platform } from '../../core/message.ts';
import { instant } from './columns.ts';

/** What chats handed to us: kept before they are told, and for a day after it was answered. */
export const inbox = pgTable(
  'inbox',
  {
    requestKey: text('request_key').primaryKey(),
    platform: text('platform').$type<Platform>().notNull(),
    delivery: jsonb('delivery').notNull(),
    /** Within it things are done in the order in which they were said. */
    line: text('line').notNull(),
    /** Hash of who said what where. Said again before it was done, it is the same thing. */
    said: text('said').notNull(),
    /** Who pressed which button of which message. */
    press: text('press'),
    keptAt: instant('kept_at').notNull(),
    /** Until then some process has it. */
    dueAt: instant('due_at').notNull(),
    attempts: integer('attempts').notNull(),
    answeredAt: instant('answered_at'),
  },
  (table) => [
    uniqueIndex('said_once_until_done').on(table.said).where(sql`${table.answeredAt} is null`),
    index('lines_of_deliveries')
      .on(table.line, table.keptAt)
      .where(sql`${table.answeredAt} is null`),
    index('due_deliveries').on(table.dueAt).where(sql`${table.answeredAt} is null`),
    index('deliveries_by_press')
      .on(table.press, table.keptAt)
      .where(sql`${table.press} is not null`),
  ],
);
