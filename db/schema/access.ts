import { index, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import { persons } from './people.ts';
import { sessions } from './sessions.ts';

/** Public keys that open a person's sessions by SSH. */
export const sshKeys = pgTable(
  'ssh_keys',
  {
    id: uuid('id').primaryKey(),
    personId: uuid('person_id')
      .notNull()
      .references(() => persons.id),
    /** What its owner calls it: the comment that it came with. */
    name: text('name').notNull(),
    /** `SHA256:…`, as ssh-keygen prints it. */
    fingerprint: text('fingerprint').notNull(),
    /** A line of `authorized_keys`: its kind and the key. */
    publicKey: text('public_key').notNull(),
    addedAt: instant('added_at').notNull(),
  },
  (table) => [
    // Of two people with one key nobody knows who comes in.
    unique('a_key_of_one_person').on(table.fingerprint),
    index('ssh_keys_of').on(table.personId),
  ],
);

/** Links that were followed; each opens a session once. Forgotten when they are no longer valid. */
export const usedLinks = pgTable(
  'used_links',
  { id: uuid('id').primaryKey(), validUntil: instant('valid_until').notNull() },
  (table) => [index('used_links_by_end').on(table.validUntil)],
);

/** What goes through the proxy of each process to a session. */
export const sessionActivity = pgTable(
  'session_activity',
  {
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    /** That counted them: a process has an id for its life. */
    processId: uuid('process_id').notNull(),
    /** WebSockets that were open then. */
    connections: integer('connections').notNull(),
    lastActiveAt: instant('last_active_at').notNull(),
    notedAt: instant('noted_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.processId] })],
);
