import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Channel, TransferKind } from '../../core/entity.ts';
import type { MessageRef } from '../../core/message.ts';
import { statesOf } from '../../core/state.ts';
import { instant, ticks } from './columns.ts';
import { persons, teams } from './people.ts';

export const accountKind = pgEnum('account_kind', ['issuer', 'team', 'person', 'spent']);
export const grantRequestState = pgEnum('grant_request_state', statesOf('grant_request'));

/**
 * Credits come from the issuer and end in `spent`. Those two have no running balance: every
 * settlement would wait for the same row. What they have is the sum of their transfers.
 */
export const accounts = pgTable(
  'accounts',
  {
    id: uuid('id').primaryKey(),
    kind: accountKind('kind').notNull(),
    teamId: uuid('team_id').references(() => teams.id),
    personId: uuid('person_id').references(() => persons.id),
    name: text('name').notNull(),
    posted: ticks('posted').notNull(),
    held: ticks('held').notNull(),
    /** The part of `posted` that came as an allowance and is not used yet: it goes first. */
    expiring: ticks('expiring').notNull().default(sql`0`),
  },
  (table) => [
    check('held_not_negative', sql`${table.held} >= 0`),
    check('available_not_negative', sql`${table.posted} >= ${table.held}`),
    check('expiring_within_posted', sql`${table.expiring} between 0 and ${table.posted}`),
    check(
      'no_balance_of_issuer_and_spent',
      sql`${table.kind} in ('team', 'person') or ${table.posted} = 0`,
    ),
    uniqueIndex('one_account_a_team').on(table.teamId),
    uniqueIndex('one_account_a_person').on(table.personId),
    uniqueIndex('one_issuer_one_spent')
      .on(table.kind)
      .where(sql`${table.kind} in ('issuer', 'spent')`),
  ],
);

/** One immutable movement of credits. A trigger refuses update and delete. */
export const transfers = pgTable(
  'transfers',
  {
    id: uuid('id').primaryKey(),
    /** How people name it. In the order of an account's transfers, as its lock is held. */
    number: bigint('number', { mode: 'number' }).generatedAlwaysAsIdentity(),
    kind: text('kind').$type<TransferKind>().notNull(),
    fromAccountId: uuid('from_account_id')
      .notNull()
      .references(() => accounts.id),
    toAccountId: uuid('to_account_id')
      .notNull()
      .references(() => accounts.id),
    amount: ticks('amount').notNull(),
    reason: text('reason').notNull(),
    leaseId: uuid('lease_id'),
    /** Of a charge: who used it. */
    personId: uuid('person_id').references(() => persons.id),
    /** The request that it grants. */
    grantRequestId: uuid('grant_request_id').references(() => grantRequests.id),
    /** The transfer that it takes back. */
    reversesId: uuid('reverses_id').references((): AnyPgColumn => transfers.id),
    /** Of an allowance: `2026-03`, `2026-W10` or `2026-03-02`. */
    period: text('period'),
    eventId: uuid('event_id').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [
    check('amount_positive', sql`${table.amount} > 0`),
    check('two_accounts', sql`${table.fromAccountId} <> ${table.toAccountId}`),
    uniqueIndex('one_charge_a_lease').on(table.leaseId).where(sql`${table.kind} = 'charge'`),
    uniqueIndex('one_grant_a_request').on(table.grantRequestId),
    uniqueIndex('reversed_once').on(table.reversesId),
    uniqueIndex('one_allowance_a_period')
      .on(table.toAccountId, table.period)
      .where(sql`${table.kind} = 'allowance'`),
    uniqueIndex('transfers_by_number').on(table.number),
    index('charges_by_person')
      .on(table.fromAccountId, table.personId, table.at)
      .where(sql`${table.kind} = 'charge'`),
    index('transfers_out').on(table.fromAccountId, table.at),
    index('transfers_in').on(table.toAccountId, table.at),
  ],
);

/** Somebody asks for credits; approvers decide. */
export const grantRequests = pgTable(
  'grant_requests',
  {
    id: uuid('id').primaryKey(),
    /** How people name it. */
    number: integer('number').generatedAlwaysAsIdentity(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    personId: uuid('person_id')
      .notNull()
      .references(() => persons.id),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    amount: ticks('amount').notNull(),
    reason: text('reason').notNull(),
    state: grantRequestState('state').notNull(),
    approvalsNeeded: integer('approvals_needed').notNull(),
    requestedAt: instant('requested_at').notNull(),
    validUntil: instant('valid_until').notNull(),
    decidedAt: instant('decided_at'),
    decidedBy: uuid('decided_by').references(() => persons.id),
    decisionReason: text('decision_reason'),
    /** What was available when it had been granted. */
    availableAfter: ticks('available_after'),
    channel: jsonb('channel').$type<Channel>().notNull(),
    messageRef: jsonb('message_ref').$type<MessageRef>(),
    /** When its message was last posted or edited. */
    shownAt: instant('shown_at'),
  },
  (table) => [
    check('requested_positive', sql`${table.amount} > 0`),
    check('approvals_needed_positive', sql`${table.approvalsNeeded} > 0`),
    uniqueIndex('grant_requests_by_number').on(table.number),
    uniqueIndex('grant_requests_by_message').on(
      sql`(${table.channel}->>'platform')`,
      sql`(${table.messageRef}->>'channel')`,
      sql`(${table.messageRef}->>'message')`,
    ),
    index('pending_grant_requests').on(table.validUntil).where(sql`${table.state} = 'pending'`),
  ],
);

/** Approvers who agreed, each once; one who took it back in time is gone from here. */
export const approvals = pgTable(
  'approvals',
  {
    grantRequestId: uuid('grant_request_id')
      .notNull()
      .references(() => grantRequests.id),
    personId: uuid('person_id')
      .notNull()
      .references(() => persons.id),
    at: instant('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.grantRequestId, table.personId] })],
);
