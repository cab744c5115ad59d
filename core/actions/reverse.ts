import { accept, action, type Decision, refuse } from '../action.ts';
import { refuseCredits, refuseUnavailable } from '../approver.ts';
import type { TransferKind } from '../entity.ts';
import { type Moved, tellOwner } from './grant.ts';

/** What people decided can be taken back; what was used, or given, or ran out, cannot. */
const reversible: readonly TransferKind[] = ['grant', 'reward', 'adjustment', 'allowance'];

/** Takes a wrong transfer back by a new one that names it. */
export const reverse = action({
  name: 'reverse',
  needs: ({ number }: { number: number; reason: string }) => ({ transfer: { number } }),
  decide: ({ transfer: facts }, { number, reason }, moment): Decision<Moved> => {
    if (facts === null) return refuse({ kind: 'unknown_transfer', typed: String(number) });
    const { transfer, account, isReversed } = facts;
    const wasIn = transfer.toAccountId === account.id;
    // Only what is given back can be too much for one approver alone.
    const amount = wasIn ? -transfer.amount : transfer.amount;
    const refusal = refuseCredits({ account, amount }, moment.actor, moment.policy);
    if (refusal) return refuse(refusal);
    if (isReversed) return refuse({ kind: 'not_reversible', number, why: 'already reversed' });
    if (!reversible.includes(transfer.kind))
      return refuse({ kind: 'not_reversible', number, why: 'its kind' });
    const short = refuseUnavailable(account, -amount);
    if (short) return refuse(short);
    const transferId = moment.newId();
    const its = { accountId: account.id };
    return accept(
      { transferId },
      {
        kind: 'transfer',
        transfer: {
          id: transferId,
          kind: 'reversal',
          ...(wasIn
            ? ({ from: its, to: 'issuer' } as const)
            : ({ from: 'issuer', to: its } as const)),
          amount: transfer.amount,
          reason,
          reversesId: transfer.id,
        },
      },
      ...tellOwner(account, transferId, moment),
    );
  },
});
