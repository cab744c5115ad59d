import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { NoticeKind, TransferKind } from '../core/change.ts';
import { endReasonNames } from '../core/end-reason.ts';
import type { Actor, Channel, Role } from '../core/entity.ts';
import type { MessageRef } from '../core/message.ts';
import type { DeviceSample, Image, StartProgress } from '../core/ports.ts';
import { statesOf } from '../core/state.ts';

const ticks = (name: string) => bigint(name, { mode: 'bigint' });
const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const period = customType<{ data: string }>({ dataType: () => 'tstzrange' });

export const leaseState = pgEnum('lease_state', statesOf('lease'));
export const sessionState = pgEnum('session_state', statesOf('session'));
export const holdState = pgEnum('hold_state', statesOf('hold'));
export const hostState = pgEnum('host_state', statesOf('host'));
export const deviceState = pgEnum('device_state', statesOf('device'));
export const noticeState = pgEnum('notice_state', statesOf('notice'));
export const endReason = pgEnum('end_reason', endReasonNames);
export const accountKind = pgEnum('account_kind', ['issuer', 'team', 'person', 'spent']);

/** One row: what marks everything that this database's Dibs makes on its hosts. */
export const installations = pgTable('installations', { id: uuid('id').primaryKey() });

export const teams = pgTable('teams', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull().unique(),
  zone: text('zone').notNull(),
});

export const persons = pgTable('persons', {
  id: uuid('id').primaryKey(),
  teamId: uuid('team_id')
    .notNull()
    .references(() => teams.id),
  name: text('name').notNull().unique(),
  roles: text('roles').array().$type<Role[]>().notNull(),
});

/** A person's id on one platform. */
export const identities = pgTable(
  'identities',
  {
    platform: text('platform').notNull(),
    externalId: text('external_id').notNull(),
    personId: uuid('person_id')
      .notNull()
      .references(() => persons.id),
  },
  (table) => [unique('identities_once').on(table.platform, table.externalId)],
);

/** Only the hash of a token is kept. */
export const apiTokens = pgTable('api_tokens', {
  hash: text('hash').primaryKey(),
  personId: uuid('person_id')
    .notNull()
    .references(() => persons.id),
  createdAt: instant('created_at').notNull().defaultNow(),
});

export const accounts = pgTable(
  'accounts',
  {
    id: uuid('id').primaryKey(),
    kind: accountKind('kind').notNull(),
    teamId: uuid('team_id').references(() => teams.id),
    name: text('name').notNull(),
    posted: ticks('posted').notNull(),
    held: ticks('held').notNull(),
  },
  (table) => [
    check('held_not_negative', sql`${table.held} >= 0`),
    check(
      'available_not_negative',
      sql`${table.kind} = 'issuer' or ${table.posted} >= ${table.held}`,
    ),
    uniqueIndex('one_account_a_team').on(table.teamId),
    uniqueIndex('one_issuer_one_spent').on(table.kind).where(sql`${table.teamId} is null`),
  ],
);

/** One immutable movement of credits. A trigger refuses update and delete. */
export const transfers = pgTable(
  'transfers',
  {
    id: uuid('id').primaryKey(),
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
    eventId: uuid('event_id').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [
    check('amount_positive', sql`${table.amount} > 0`),
    check('two_accounts', sql`${table.fromAccountId} <> ${table.toAccountId}`),
    uniqueIndex('one_charge_a_lease').on(table.leaseId).where(sql`${table.kind} = 'charge'`),
  ],
);

export const hosts = pgTable('hosts', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  /** Of its engine: a host keeps its devices and sessions when it is given another name. */
  address: text('address').notNull().unique(),
  state: hostState('state').notNull(),
  simulated: boolean('simulated').notNull(),
  /** False once it is no longer in the configuration. */
  configured: boolean('configured').notNull(),
  engine: text('engine'),
  driver: text('driver'),
  cuda: text('cuda'),
  seenAt: instant('seen_at'),
  /** Why the last look at it failed; null when it answered. */
  fault: text('fault'),
});

export const devices = pgTable(
  'devices',
  {
    id: uuid('id').primaryKey(),
    hostId: uuid('host_id')
      .notNull()
      .references(() => hosts.id),
    uuid: text('uuid').notNull(),
    index: integer('index').notNull(),
    type: text('type').notNull(),
    model: text('model').notNull(),
    memoryMib: integer('memory_mib').notNull(),
    state: deviceState('state').notNull(),
    sample: jsonb('sample').$type<DeviceSample>(),
  },
  (table) => [
    unique('a_device_once').on(table.hostId, table.uuid),
    // One engine under two addresses would give each of its GPUs out twice.
    uniqueIndex('a_gpu_on_one_host').on(table.uuid).where(sql`${table.type} <> 'cpu'`),
  ],
);

export const leases = pgTable(
  'leases',
  {
    id: uuid('id').primaryKey(),
    personId: uuid('person_id')
      .notNull()
      .references(() => persons.id),
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
    token: text('token').notNull(),
    hostId: uuid('host_id').references(() => hosts.id),
    containerId: text('container_id'),
    url: text('url'),
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

/** The audit: who asked what and what was decided. The request key makes a repeat harmless. */
export const events = pgTable('events', {
  id: uuid('id').primaryKey(),
  at: instant('at').notNull(),
  actor: jsonb('actor').$type<Actor>().notNull(),
  action: text('action').notNull(),
  requestKey: text('request_key').notNull().unique(),
  /** Hash of action, asker and input: anything else under the same key is refused. */
  inputHash: text('input_hash').notNull(),
  input: jsonb('input').notNull(),
  /** Null only inside the transaction that makes it. */
  outcome: jsonb('outcome'),
});

/** The outbox: messages that we owe. */
export const notices = pgTable(
  'notices',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').$type<NoticeKind>().notNull(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    state: noticeState('state').notNull(),
    dueAt: instant('due_at').notNull(),
    attempts: integer('attempts').notNull(),
    /** Counts changes since it fell due: one that came during delivery makes it due again. */
    revision: integer('revision').notNull(),
  },
  (table) => [
    index('due_notices').on(table.dueAt).where(sql`${table.state} = 'due'`),
    uniqueIndex('one_due_update_a_session')
      .on(table.sessionId)
      .where(sql`${table.state} = 'due' and ${table.kind} = 'session_changed'`),
  ],
);
