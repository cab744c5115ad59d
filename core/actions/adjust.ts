import { accept, action, type Decision, refuse } from '../action.ts';
import { refuseCredits, refuseUnavailable } from '../approver.ts';
import { assert } from '../assert.ts';
import type { Ticks } from '../money.ts';
import { type Moved, tellOwner } from './grant.ts';

export type AdjustInput = {
  accountId: string;
  /** Below zero: back to the issuer. */
  amount: Ticks;
  reason: string;
};

/** Sets a balance right, up or down. */
export const adjust = action({
  name: 'adjust',
  needs: ({ accountId }: AdjustInput) => ({ accounts: [accountId] }),
  decide: ({ accounts: [account] }, { amount, reason }, moment): Decision<Moved> => {
    assert(account && amount !== 0n, 'an adjustment changes an account that exists');
    const refusal =
      refuseCredits({ account, amount }, moment.actor, moment.policy) ??
      refuseUnavailable(account, -amount);
    if (refusal) return refuse(refusal);
    const transferId = moment.newId();
    const its = { accountId: account.id };
    const movement =
      amount > 0n
        ? ({ from: 'issuer', to: its, amount } as const)
        : ({ from: its, to: 'issuer', amount: -amount } as const);
    return accept(
      { transferId },
      { kind: 'transfer', transfer: { id: transferId, kind: 'adjustment', reason, ...movement } },
      ...tellOwner(account, transferId, moment),
    );
  },
});
