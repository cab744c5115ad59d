import { and, arrayContains, asc, eq, gt, inArray, ne, type SQLWrapper, sql } from 'drizzle-orm';
import type { FactTable } from '../../core/action.ts';
import type { Transaction } from '../database.ts';
import { sshKeys } from '../schema/access.ts';
import { identities, linkCodes, memberships, persons } from '../schema/people.ts';

/** The admins of a team. */
export async function loadApprovers(
  tx: Transaction,
  teamId: string | SQLWrapper,
): Promise<string[]> {
  const ofTeam =
    typeof teamId === 'string'
      ? eq(memberships.teamId, teamId)
      : inArray(memberships.teamId, teamId);
  const rows = await tx
    .select({ personId: memberships.personId })
    .from(memberships)
    .where(and(ofTeam, arrayContains(memberships.roles, ['admin'])))
    .orderBy(asc(memberships.position), asc(memberships.personId));
  return rows.map(({ personId }) => personId);
}

/**
 * Locked, so that of two who bring the same code one is late. An identity whose person is in no team
 * any more is free.
 */
export async function lockLinkCode(
  tx: Transaction,
  { codeHash, platform, externalId }: FactTable['linkCode']['ask'],
  now: Date,
): Promise<FactTable['linkCode']['fact']> {
  const isGood = and(eq(linkCodes.codeHash, codeHash), gt(linkCodes.validUntil, now));
  const isAsked = and(eq(identities.platform, platform), eq(identities.externalId, externalId));
  const [[code], [taken]] = await Promise.all([
    tx.select().from(linkCodes).where(isGood).for('no key update').execute(),
    tx
      .select({ personId: identities.personId })
      .from(identities)
      .innerJoin(memberships, eq(memberships.personId, identities.personId))
      .where(isAsked)
      .limit(1)
      .execute(),
  ]);
  return { personId: code?.personId ?? null, takenBy: taken?.personId ?? null };
}

/**
 * The person is locked, who may add two at once at their limit; and so is the key, which two people
 * may bring at once, and of which there is no row yet. One whose owner is in no team any more is free.
 */
export async function lockSshKeys(
  tx: Transaction,
  { personId, adding }: FactTable['sshKeys']['ask'],
): Promise<FactTable['sshKeys']['fact']> {
  const { id, name, fingerprint } = sshKeys;
  const isElsewhere = and(eq(fingerprint, adding ?? ''), ne(sshKeys.personId, personId));
  const lock = sql<unknown>`pg_advisory_xact_lock(hashtextextended(${adding}, 0))`;
  const [, own, [elsewhere]] = await Promise.all([
    tx
      .select({ id: persons.id, ...(adding === null ? {} : { lock }) })
      .from(persons)
      .where(eq(persons.id, personId))
      .for('no key update')
      .execute(),
    tx
      .select({ id, name, fingerprint })
      .from(sshKeys)
      .where(eq(sshKeys.personId, personId))
      .orderBy(asc(sshKeys.addedAt), asc(id))
      .execute(),
    tx
      .select({ person: persons.name })
      .from(sshKeys)
      .innerJoin(persons, eq(persons.id, sshKeys.personId))
      .innerJoin(memberships, eq(memberships.personId, persons.id))
      .where(isElsewhere)
      .limit(1)
      .execute(),
  ]);
  return { own, elsewhere: elsewhere?.person ?? null };
}
