import { accept, action, type Decision, refuse } from '../action.ts';
import { refuseUnavailable } from '../approver.ts';
import { assert } from '../assert.ts';
import type { Ticks } from '../money.ts';
import { type Moved, tellOwner } from './grant.ts';

export type GiveInput = {
  fromAccountId: string;
  toAccountId: string;
  amount: Ticks;
  reason: string;
};

/** One's own credits, to somebody else or to a team. */
export const give = action({
  name: 'give',
  needs: ({ fromAccountId, toAccountId }: GiveInput) => ({
    accounts: [fromAccountId, toAccountId],
  }),
  decide: ({ accounts: [from, to] }, { amount, reason }, moment): Decision<Moved> => {
    assert(from && to && amount > 0n, 'a gift is something, between accounts that exist');
    const { actor } = moment;
    assert(
      actor.kind === 'person' && from.personId === actor.personId,
      'people give of their own credits',
    );
    if (to.id === from.id) return refuse({ kind: 'own_credits' });
    const short = refuseUnavailable(from, amount);
    if (short) return refuse(short);
    const transferId = moment.newId();
    // What expires goes first, and goes on expiring: passed on and back it would be kept for ever.
    // biome-ignore lint/complexity/useMathMinMax: Math.min takes no bigint.
    const expiring = from.expiring < amount ? from.expiring : amount;
    return accept(
      { transferId },
      {
        kind: 'transfer',
        transfer: {
          id: transferId,
          kind: 'give',
          from: { accountId: from.id },
          to: { accountId: to.id },
          amount,
          reason,
        },
      },
      { kind: 'set_expiring', accountId: to.id, expiring: to.expiring + expiring },
      ...tellOwner(to, transferId, moment),
    );
  },
});
