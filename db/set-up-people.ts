import { and, eq, inArray, notInArray, sql } from 'drizzle-orm';
import { assert } from '../core/assert.ts';
import { freeName } from '../core/person-name.ts';
import type { NewId } from '../core/ports.ts';
import type { Joined, Site } from '../core/store.ts';
import type { Transaction } from './database.ts';
import { openAccount } from './open-account.ts';
import { apiTokens, identities, linkCodes, memberships, persons, teams } from './schema/people.ts';

type Made = { team: Site['teams'][number]; teamId: string };
type Person = Site['teams'][number]['people'][number];
type Context = { tx: Transaction; newId: NewId };

/**
 * A person has one account and the identities of all teams that name them. Those who are named come
 * first: who has joined is known by their identity, which may be that of one who is named.
 */
export async function setUpPeople(context: Context, made: readonly Made[]): Promise<void> {
  const { tx } = context;
  await tx.delete(memberships);
  await forgetIdentities(tx, made);
  for (const [position, { team, teamId }] of made.entries())
    for (const person of team.people) {
      const personId = await setUpPerson(context, person);
      await join(tx, {
        teamId,
        personId,
        roles: [...person.roles],
        position,
        origin: 'configured',
      });
    }
  for (const [position, { team, teamId }] of made.entries())
    for (const joined of team.joined ?? []) {
      const personId = await setUpJoined(context, joined);
      await join(tx, { teamId, personId, roles: [...joined.roles], position, origin: 'joined' });
    }
  await forgetPeople(tx);
}

/**
 * What was configured for those who are named: it is configured anew. One that has joined now stays
 * with somebody who is named without any on its platform. Of those who are gone they stay, so that
 * they are the same when they come back.
 */
async function forgetIdentities(tx: Transaction, made: readonly Made[]): Promise<void> {
  const people = made.flatMap(({ team }) => team.people);
  const joined = made.flatMap(({ team }) => team.joined ?? []);
  const platforms = new Set(joined.map(({ platform }) => platform));
  const isSaid = ({ identities: given }: Person) =>
    given.some(({ platform }) => platforms.has(platform));
  const key = sql<string>`${identities.platform} || ':' || ${identities.externalId}`;
  const joinedKeys = joined.map(({ platform, externalId }) => `${platform}:${externalId}`);
  const said = people.filter(isSaid).map(({ name }) => name);
  const unsaid = people.map(({ name }) => name).filter((name) => !said.includes(name));
  const parts: [string[], string[]][] = [
    [said, []],
    [unsaid, joinedKeys],
  ];
  for (const [names, kept] of parts) {
    const anew = tx.select({ id: persons.id }).from(persons).where(inArray(persons.name, names));
    await tx
      .delete(identities)
      .where(
        and(
          eq(identities.origin, 'configured'),
          inArray(identities.personId, anew),
          notInArray(key, kept),
        ),
      );
  }
}

async function setUpPerson(context: Context, person: Person): Promise<string> {
  const { tx } = context;
  const personId = await personNamed(context, person.name);
  for (const identity of person.identities)
    await tx
      .insert(identities)
      .values({ ...identity, personId })
      .onConflictDoUpdate({
        target: [identities.platform, identities.externalId],
        set: { personId, origin: 'configured' },
      });
  return personId;
}

/** Who is there already is left unlocked: others refer to them in the middle of an action. */
async function personNamed({ tx, newId }: Context, name: string): Promise<string> {
  await tx
    .insert(persons)
    .values({ id: newId(), name })
    .onConflictDoNothing({ target: persons.name });
  const [row] = await tx.select().from(persons).where(eq(persons.name, name));
  assert(row, 'a person who was added is there');
  await openAccount(tx, { id: newId(), kind: 'person', personId: row.id, name });
  return row.id;
}

/** Whose identity it is or was; else somebody new, under a name that was never anybody's. */
async function setUpJoined(context: Context, joined: Joined): Promise<string> {
  const { tx } = context;
  const { platform, externalId, handle, knownByName } = joined;
  if ((await holderOf(tx, joined)) === null) {
    const personId = await personNamed(context, freeName(handle, await takenNames(tx)));
    // Who was linked meanwhile is the one that they were linked to.
    await tx.insert(identities).values({ platform, externalId, personId }).onConflictDoNothing();
  }
  const holder = await holderOf(tx, joined);
  assert(holder, 'an identity that was added is somebody’s');
  const { personId, name } = holder;
  for (const on of knownByName)
    await tx
      .insert(identities)
      .values({ platform: on, externalId: name, personId })
      .onConflictDoNothing();
  return personId;
}

async function holderOf(tx: Transaction, { platform, externalId }: Joined) {
  const [holder] = await tx
    .select({ personId: identities.personId, name: persons.name })
    .from(identities)
    .innerJoin(persons, eq(persons.id, identities.personId))
    .where(and(eq(identities.platform, platform), eq(identities.externalId, externalId)));
  return holder ?? null;
}

/** Those of everybody who ever was, and of teams: credits are given to either by name. */
async function takenNames(tx: Transaction): Promise<Set<string>> {
  const [people, all] = [
    await tx.select({ name: persons.name }).from(persons),
    await tx.select({ name: teams.name }).from(teams),
  ];
  return new Set([...people, ...all].map(({ name }) => name.toLowerCase()));
}

/** Who is named and has joined is an admin if either makes them one. */
async function join(tx: Transaction, membership: typeof memberships.$inferInsert): Promise<void> {
  const both = sql`array(select distinct unnest(${memberships.roles} || excluded.roles))`;
  await tx
    .insert(memberships)
    .values(membership)
    .onConflictDoUpdate({
      target: [memberships.personId, memberships.teamId],
      set: { roles: both },
    });
}

/** Whoever is in no team any more can ask for nothing; what they did and hold stays theirs. */
async function forgetPeople(tx: Transaction): Promise<void> {
  const isGone = sql`not exists (select from ${memberships} m where m.person_id = ${persons.id})`;
  const gone = tx.select({ id: persons.id }).from(persons).where(isGone);
  await tx
    .delete(identities)
    .where(and(eq(identities.origin, 'linked'), inArray(identities.personId, gone)));
  await tx.delete(apiTokens).where(inArray(apiTokens.personId, gone));
  await tx.delete(linkCodes).where(inArray(linkCodes.personId, gone));
}
