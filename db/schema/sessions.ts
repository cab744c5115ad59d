import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { endReasonNames } from '../../core/end-reason.ts';
import type { Channel } from '../../core/entity.ts';
import type { MessageRef } from '../../core/message.ts';
import type { Image, SshAddress, StartProgress, Verdict } from '../../core/ports.ts';
import { statesOf } from '../../core/state.ts';
import { instant, period, ticks } from './columns.ts';
import { devices, hosts } from './fleet.ts';
import { accounts } from './ledger.ts';
import { persons, teams } from './people.ts';

export const leaseState = pgEnum('lease_state', statesOf('lease'));
export const sessionState = pgEnum('session_state', statesOf('session'));
export const holdState = pgEnum('hold_state', statesOf('hold'));
export const endReason = pgEnum('end_reason', endReasonNames);

export const leases = pgTable(
  'leases',
  {
    id: uuid('id').primaryKey(),
    personId: uuid('person_id')
      .notNull()
      .references(() => persons.id),
    /** In whose name it was asked for: its limits hold, and its admins may end it. */
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    deviceType: text('device_type').notNull(),
    deviceCount: integer('device_count').notNull(),
    leaseSeconds: integer('lease_seconds').notNull(),
    ticksPerSecond: ticks('ticks_per_second').notNull(),
    state: leaseState('state').notNull(),
    requestedAt: instant('requested_at').notNull(),
    activeAt: instant('active_at'),
    until: instant('until'),
    endedAt: instant('ended_at'),
    endReason: endReason('end_reason'),
  },
  (table) => [
    check('device_count_positive', sql`${table.deviceCount} > 0`),
    index('unended_leases')
      .on(table.state, table.requestedAt)
      .where(sql`${table.state} <> 'ended'`),
  ],
);

/**
 * Which lease has which device. `during` has no end while the lease has none: a device is free when
 * its container is gone. That unended rows of a device do not overlap is in the second migration.
 */
export const leaseDevices = pgTable(
  'lease_devices',
  {
    leaseId: uuid('lease_id')
      .notNull()
      .references(() => leases.id),
    deviceId: uuid('device_id')
      .notNull()
      .references(() => devices.id),
    during: period('during').notNull(),
    state: leaseState('state').notNull(),
  },
  (table) => [
    unique('a_device_once_a_lease').on(table.leaseId, table.deviceId),
    index('unended_device').on(table.deviceId).where(sql`${table.state} <> 'ended'`),
  ],
);

export const holds = pgTable(
  'holds',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    leaseId: uuid('lease_id')
      .notNull()
      .references(() => leases.id),
    amount: ticks('amount').notNull(),
    state: holdState('state').notNull(),
  },
  (table) => [
    check('hold_not_negative', sql`${table.amount} >= 0`),
    uniqueIndex('one_hold_a_lease').on(table.leaseId),
  ],
);

export const sessions = pgTable(
  'sessions',
  {
    id: uuid('id').primaryKey(),
    leaseId: uuid('lease_id')
      .notNull()
      .unique()
      .references(() => leases.id),
    name: text('name').notNull(),
    state: sessionState('state').notNull(),
    image: jsonb('image').$type<Image>().notNull(),
    channel: jsonb('channel').$type<Channel>().notNull(),
    messageRef: jsonb('message_ref').$type<MessageRef>(),
    /** When its message was last posted or edited. */
    shownAt: instant('shown_at'),
    token: text('token').notNull(),
    hostId: uuid('host_id').references(() => hosts.id),
    containerId: text('container_id'),
    url: text('url'),
    ssh: jsonb('ssh').$type<SshAddress>(),
    /** Of the SSH keys that it was told last. */
    keyIds: text('key_ids').array().$type<readonly string[]>(),
    check: boolean('check').notNull().default(false),
    verdict: jsonb('verdict').$type<Verdict>(),
    progress: jsonb('progress').$type<StartProgress>(),
    claimToken: uuid('claim_token'),
    claimUntil: instant('claim_until'),
    readySince: instant('ready_since'),
    readyMillis: bigint('ready_millis', { mode: 'number' }).notNull(),
    warnedSeconds: integer('warned_seconds'),
    faultDetail: text('fault_detail'),
  },
  (table) => [
    uniqueIndex('name_unique_among_living').on(table.name).where(sql`${table.state} <> 'ended'`),
    index('sessions_by_name').on(table.name),
    index('unended_sessions').on(table.hostId).where(sql`${table.state} <> 'ended'`),
  ],
);
