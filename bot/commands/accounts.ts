import { type AccountReader, refuseReading } from '../../core/account-reader.ts';
import { assert } from '../../core/assert.ts';
import type { PersonActor } from '../../core/entity.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { Store } from '../../core/store.ts';
import type { Payee } from '../../core/view.ts';

type Asker = { store: Store } & Pick<PersonActor, 'personId' | 'teamId' | 'roles'>;

/** A person or a team by name, `me`, or `team` for that of the channel. */
export async function findPayee(
  typed: string,
  { store, personId, teamId }: Omit<Asker, 'roles'>,
): Promise<{ value: Payee } | { refusal: Refusal }> {
  const name = typed.replace(/^@/, '').toLowerCase();
  const all = await store.payees();
  const value = all.find((payee) => {
    if (name === 'me') return payee.personId === personId;
    if (name === 'team') return payee.kind === 'team' && payee.teamIds.includes(teamId);
    return payee.name.toLowerCase() === name;
  });
  const known = all.map((payee) => payee.name);
  return value ? { value } : { refusal: { kind: 'unknown_payee', typed, known } };
}

/** Somebody whose balance they may see. */
export async function findReadable(
  typed: string,
  asker: Asker,
): Promise<{ value: Payee } | { refusal: Refusal }> {
  const found = await findPayee(typed, asker);
  if ('refusal' in found) return found;
  const refusal = refuseReading(found.value, readerOf(asker, await asker.store.payees()));
  return refusal ? { refusal } : found;
}

/** All whose balance they may see: the team of the channel first, then themselves. */
export async function readableAccounts(asker: Asker): Promise<Payee[]> {
  const payees = await asker.store.payees();
  const { team, own } = ownAccounts(payees, asker);
  const reader = readerOf(asker, payees);
  const isOther = ({ accountId }: Payee) => ![team.accountId, own.accountId].includes(accountId);
  const others = payees.filter((payee) => isOther(payee) && refuseReading(payee, reader) === null);
  return [team, own, ...others];
}

/** The account that pays in this channel, and the person's own. */
export function ownAccounts(
  payees: readonly Payee[],
  { personId, teamId }: Pick<Asker, 'personId' | 'teamId'>,
): { team: Payee; own: Payee } {
  const team = payees.find(({ kind, teamIds }) => kind === 'team' && teamIds.includes(teamId));
  const own = payees.find((payee) => payee.personId === personId);
  assert(team && own, 'a member and their team have an account');
  return { team, own };
}

function readerOf(asker: Asker, payees: readonly Payee[]): AccountReader {
  const { personId, teamId, roles } = asker;
  return { personId, teamId, roles, teamIds: ownAccounts(payees, asker).own.teamIds };
}
