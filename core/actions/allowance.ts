import { accept, action, type Decision } from '../action.ts';
import { assert } from '../assert.ts';
import type { Change } from '../change.ts';
import type { Ticks } from '../money.ts';

export type AllowanceInput = {
  accountId: string;
  amount: Ticks;
  /** How much of what is left of earlier allowances stays. */
  carryOver: Ticks;
  /** `2026-03`, `2026-W10` or `2026-03-02`: an account has one allowance in each. */
  period: string;
};

/**
 * Pays an account its allowance. What is left of earlier ones above `carryOver` goes back to the
 * issuer; credits that were granted or given stay, and so do those that are held just now.
 */
export const payAllowance = action({
  name: 'pay_allowance',
  needs: ({ accountId }: AllowanceInput) => ({ accounts: [accountId] }),
  decide: ({ accounts: [account] }, input, moment): Decision<{ expired: Ticks }> => {
    assert(account && input.amount > 0n, 'an allowance is something, for an account that exists');
    const { amount, carryOver, period } = input;
    const its = { accountId: account.id };
    const available = account.posted - account.held;
    // biome-ignore lint/complexity/useMathMinMax: Math.min takes no bigint.
    const left = account.expiring < available ? account.expiring : available;
    const expired = left > carryOver ? left - carryOver : 0n;
    const expiry: Change[] =
      expired === 0n
        ? []
        : [
            {
              kind: 'transfer',
              transfer: {
                id: moment.newId(),
                kind: 'expiry',
                from: its,
                to: 'issuer',
                amount: expired,
                reason: `left over before ${period}`,
              },
            },
          ];
    return accept(
      { expired },
      ...expiry,
      {
        kind: 'transfer',
        transfer: {
          id: moment.newId(),
          kind: 'allowance',
          from: 'issuer',
          to: its,
          amount,
          reason: `allowance for ${period}`,
          period,
        },
      },
      {
        kind: 'set_expiring',
        accountId: account.id,
        expiring: account.expiring - expired + amount,
      },
    );
  },
});
