import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Person } from '../core/entity.ts';
import type { Platform } from '../core/message.ts';
import type { Membership } from '../core/store.ts';
import type { Payee } from '../core/view.ts';
import type { Db } from './database.ts';
import { teamIds } from './facts/ledger.ts';
import { accounts } from './schema/ledger.ts';
import {
  apiTokens,
  identities,
  memberships,
  persons,
  teamChannels,
  teams,
} from './schema/people.ts';

export async function personOf(
  db: Db,
  { platform, externalId, channel }: { platform: Platform; externalId: string; channel: string },
): Promise<Person | null> {
  const isIdentity = and(eq(identities.platform, platform), eq(identities.externalId, externalId));
  const isChannel = and(
    eq(teamChannels.teamId, memberships.teamId),
    eq(teamChannels.platform, platform),
    eq(teamChannels.channel, channel),
  );
  const [row] = await membersOf(db)
    .innerJoin(identities, eq(identities.personId, persons.id))
    .leftJoin(teamChannels, isChannel)
    .where(isIdentity)
    .orderBy(sql`${teamChannels.teamId} is null`, asc(memberships.position))
    .limit(1);
  return row?.member ?? null;
}

/** As a member of their own team. */
export async function personOfToken(db: Db, hash: string): Promise<Person | null> {
  const [row] = await membersOf(db)
    .innerJoin(apiTokens, eq(apiTokens.personId, persons.id))
    .where(eq(apiTokens.hash, hash))
    .orderBy(asc(memberships.position))
    .limit(1);
  return row?.member ?? null;
}

function membersOf(db: Db) {
  const member = {
    id: persons.id,
    name: persons.name,
    teamId: teams.id,
    team: teams.name,
    roles: memberships.roles,
  };
  return db
    .select({ member })
    .from(memberships)
    .innerJoin(persons, eq(persons.id, memberships.personId))
    .innerJoin(teams, eq(teams.id, memberships.teamId))
    .$dynamic();
}

export async function addressOf(
  db: Db,
  personId: string,
  { preferred, reachable }: { preferred: Platform; reachable: readonly Platform[] },
): Promise<{ platform: Platform; externalId: string } | null> {
  const rows = await db
    .select({ platform: sql<Platform>`${identities.platform}`, externalId: identities.externalId })
    .from(identities)
    .where(and(eq(identities.personId, personId), inArray(identities.platform, [...reachable])))
    .orderBy(asc(identities.platform), asc(identities.externalId));
  return rows.find(({ platform }) => platform === preferred) ?? rows[0] ?? null;
}

export function membershipsOn(db: Db, platform: Platform): Promise<Membership[]> {
  return db
    .select({
      team: teams.name,
      name: persons.name,
      externalId: identities.externalId,
      roles: memberships.roles,
    })
    .from(memberships)
    .innerJoin(teams, eq(teams.id, memberships.teamId))
    .innerJoin(persons, eq(persons.id, memberships.personId))
    .innerJoin(identities, eq(identities.personId, persons.id))
    .where(and(eq(identities.platform, platform), eq(memberships.origin, 'joined')))
    .orderBy(asc(identities.externalId), asc(memberships.position));
}

/** However it is written. */
export async function personNamed(
  db: Db,
  name: string,
): Promise<{ personId: string; name: string } | null> {
  const [row] = await db
    .select({ personId: persons.id, name: persons.name })
    .from(persons)
    .where(eq(sql`lower(${persons.name})`, name.toLowerCase()))
    .orderBy(asc(persons.id))
    .limit(1);
  return row ?? null;
}

/** Those that are configured: what is left has an account, and nothing is moved to it by name. */
export function payees(db: Db): Promise<Payee[]> {
  return db
    .select({
      kind: sql<Payee['kind']>`${accounts.kind}`,
      name: accounts.name,
      accountId: accounts.id,
      personId: accounts.personId,
      teamIds,
    })
    .from(accounts)
    .where(
      and(
        inArray(accounts.kind, ['team', 'person']),
        sql`exists (select from memberships m
          where accounts.team_id = m.team_id or accounts.person_id = m.person_id)`,
      ),
    )
    .orderBy(asc(accounts.kind), asc(accounts.name));
}
