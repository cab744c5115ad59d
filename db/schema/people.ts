import {
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Role } from '../../core/entity.ts';
import type { Platform } from '../../core/message.ts';
import { instant } from './columns.ts';

/** One row: what marks everything that this database's Dibs makes on its hosts. */
export const installations = pgTable('installations', {
  id: uuid('id').primaryKey(),
  /** What links and cookies are signed with, by all processes alike. */
  signingKey: text('signing_key'),
});

export const teams = pgTable('teams', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull().unique(),
  zone: text('zone').notNull(),
});

/** Commands given in a team's channel are in that team's name, and at its cost. */
export const teamChannels = pgTable(
  'team_channels',
  {
    platform: text('platform').$type<Platform>().notNull(),
    channel: text('channel').notNull(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
  },
  (table) => [primaryKey({ columns: [table.platform, table.channel] })],
);

export const persons = pgTable('persons', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull().unique(),
});

/** Who is in which team. The one with the least position is a person's own. */
export const memberships = pgTable(
  'memberships',
  {
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    personId: uuid('person_id')
      .notNull()
      .references(() => persons.id),
    roles: text('roles').array().$type<Role[]>().notNull(),
    position: integer('position').notNull(),
    /** Named in the configuration, or one of a group that it names. */
    origin: text('origin').$type<'configured' | 'joined'>().notNull().default('configured'),
  },
  (table) => [
    primaryKey({ columns: [table.personId, table.teamId] }),
    index('members').on(table.teamId),
  ],
);

/** A person's id on one platform. Those by `/gpu link` stay when the configuration is read anew. */
export const identities = pgTable(
  'identities',
  {
    platform: text('platform').notNull(),
    externalId: text('external_id').notNull(),
    personId: uuid('person_id')
      .notNull()
      .references(() => persons.id),
    origin: text('origin').$type<'configured' | 'linked'>().notNull().default('configured'),
  },
  (table) => [unique('identities_once').on(table.platform, table.externalId)],
);

/** One-time codes that join an identity to a person; only their hashes are kept. */
export const linkCodes = pgTable(
  'link_codes',
  {
    personId: uuid('person_id')
      .primaryKey()
      .references(() => persons.id),
    codeHash: text('code_hash').notNull(),
    validUntil: instant('valid_until').notNull(),
  },
  (table) => [uniqueIndex('link_codes_by_hash').on(table.codeHash)],
);

/** Only the hash of a token is kept. */
export const apiTokens = pgTable('api_tokens', {
  hash: text('hash').primaryKey(),
  personId: uuid('person_id')
    .notNull()
    .references(() => persons.id),
  createdAt: instant('created_at').notNull().defaultNow(),
});
