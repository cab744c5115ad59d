import { sql } from 'drizzle-orm';
import {
  boolean,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { DeviceSample } from '../../core/ports.ts';
import { statesOf } from '../../core/state.ts';
import { instant } from './columns.ts';

export const hostState = pgEnum('host_state', statesOf('host'));
export const deviceState = pgEnum('device_state', statesOf('device'));

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
