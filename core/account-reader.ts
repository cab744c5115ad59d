import type { PersonActor } from './entity.ts';
import type { Refusal } from './refusal.ts';
import type { Payee } from './view.ts';

/** Who asks for a balance, and all teams that they are in. */
export type AccountReader = Pick<PersonActor, 'personId' | 'teamId' | 'roles'> & {
  teamIds: readonly string[];
};

/**
 * Why this balance is not for them: one's teams and oneself always are; another person is for the
 * admins of a team that the person is in, asked in that team's name.
 */
export function refuseReading({ kind, ...payee }: Payee, reader: AccountReader): Refusal | null {
  const isOwn =
    kind === 'person'
      ? payee.personId === reader.personId
      : payee.teamIds.some((teamId) => reader.teamIds.includes(teamId));
  const isAdmin = reader.roles.includes('admin') && payee.teamIds.includes(reader.teamId);
  if (isOwn || isAdmin) return null;
  return { kind: 'account_of_others', whose: kind, name: payee.name };
}
