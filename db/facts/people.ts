import { and, arrayContains, asc, eq, gt, inArray, type SQLWrapper } from 'drizzle-orm';
import type { FactTable } from '../../core/action.ts';
import type { Transaction } from '../database.ts';
import { identities, linkCodes, memberships } from '../schema/people.ts';

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
