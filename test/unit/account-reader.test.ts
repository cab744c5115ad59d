import { describe, expect, it } from 'vitest';
import { type AccountReader, refuseReading } from '../../core/account-reader.ts';
import type { Payee } from '../../core/view.ts';

function aPayee(kind: Payee['kind'], name: string, teamIds: readonly string[]): Payee {
  return { kind, name, accountId: name, personId: kind === 'person' ? name : null, teamIds };
}

const teams = { lab: aPayee('team', 'lab', ['lab']), vision: aPayee('team', 'vision', ['vision']) };
const bob = aPayee('person', 'bob', ['lab']);
const carol = aPayee('person', 'carol', ['lab', 'vision']);
const dave = aPayee('person', 'dave', ['vision']);

/** In the name of a team; `admin` there or not. */
function asReader({ name, teamIds }: Payee, teamId: string, roles: AccountReader['roles'] = []) {
  return (payee: Payee) => refuseReading(payee, { personId: name, teamId, roles, teamIds });
}

describe('a balance', () => {
  it('of one’s own, and of any team that one is in, is there to be seen', () => {
    const sees = asReader(carol, 'lab');
    expect([carol, teams.lab, teams.vision].map(sees)).toEqual([null, null, null]);
  });

  it('of another team is for its members', () => {
    expect(asReader(bob, 'lab', ['admin'])(teams.vision)).toEqual({
      kind: 'account_of_others',
      whose: 'team',
      name: 'vision',
    });
  });

  it('of another person is for the admins of a team that the person is in', () => {
    const refusal = { kind: 'account_of_others', whose: 'person', name: 'carol' };
    expect(asReader(bob, 'lab')(carol)).toEqual(refusal);
    expect(asReader(bob, 'lab', ['admin'])(carol)).toBeNull();
    expect(asReader(dave, 'vision', ['admin'])(carol)).toBeNull();
    expect(asReader(dave, 'vision', ['admin'])(bob)).toMatchObject({ name: 'bob' });
  });
});
