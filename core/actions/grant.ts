import { accept, action, type Decision, type Moment, refuse } from '../action.ts';
import { refuseCredits } from '../approver.ts';
import { assert } from '../assert.ts';
import type { Change } from '../change.ts';
import type { Actor, OwnedAccount } from '../entity.ts';
import type { Ticks } from '../money.ts';

/** New credits for an account, out of the issuer's. */
export const grant = action({
  name: 'grant',
  needs: ({ accountId }: { accountId: string; amount: Ticks; reason: string }) => ({
    accounts: [accountId],
  }),
  decide: ({ accounts: [account] }, { amount, reason }, moment): Decision<Moved> => {
    assert(account && amount > 0n, 'a grant gives something to an account that exists');
    const refusal = refuseCredits({ account, amount }, moment.actor, moment.policy);
    if (refusal) return refuse(refusal);
    const transferId = moment.newId();
    const to = { accountId: account.id };
    return accept(
      { transferId },
      {
        kind: 'transfer',
        transfer: { id: transferId, kind: 'grant', from: 'issuer', to, amount, reason },
      },
      ...tellOwner(account, transferId, moment),
    );
  },
});

export type Moved = { transferId: string };

/** Whoever gets credits is told; a team sees it in its statement. */
export function tellOwner(
  { personId }: OwnedAccount,
  transferId: string,
  { actor }: Moment,
): Change[] {
  if (personId === null || actor.kind !== 'person' || isOwn(personId, actor)) return [];
  const { platform } = actor;
  return [{ kind: 'notify_transfer', notice: 'credits_received', transferId, platform, personId }];
}

function isOwn(personId: string, actor: Extract<Actor, { kind: 'person' }>): boolean {
  return actor.personId === personId;
}
