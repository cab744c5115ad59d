import { accept, action } from '../action.ts';
import { assert } from '../assert.ts';
import type { Ticks } from '../money.ts';

/** New credits for an account, out of the issuer's. */
export const grant = action({
  name: 'grant',
  needs: ({ accountId }: { accountId: string; amount: Ticks; reason: string }) => ({
    account: { accountId },
  }),
  decide: ({ account }, { accountId, amount, reason }) => {
    assert(account && amount > 0n, 'a grant gives something to an account that exists');
    return accept(null, { kind: 'grant', toAccountId: accountId, amount, reason });
  },
});
