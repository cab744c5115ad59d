import { accept, action, type Decision, refuse } from '../../core/action.ts';
import { assert } from '../../core/assert.ts';
import type { Lease } from '../../core/entity.ts';
import { cost, secondsFor, type Ticks } from '../../core/money.ts';

const leaseSeconds = 3600;
const usedSeconds = 600;

type HoldInput = { personId: string; teamId: string; ticksPerSecond: Ticks };
type SettleInput = Held & { accountId: string; personId: string; ticksPerSecond: Ticks };
type Held = { leaseId: string; holdId: string; held: Ticks };

/** A start without its fleet, session and notices: an hour of one device is held. */
export const hold = action({
  name: 'bench_hold',
  needs: ({ personId, teamId }: HoldInput) => ({ payer: { personId, teamId, own: false } }),
  decide: ({ payer }, input, { now, newId }): Decision<Held> => {
    assert(payer, 'who asks has an account to pay from');
    const { account } = payer;
    const { ticksPerSecond } = input;
    const held = cost(1, leaseSeconds, ticksPerSecond);
    const available = account.posted - account.held;
    if (held > available) {
      const reachesSeconds = secondsFor(available, 1, ticksPerSecond);
      const { name } = account;
      return refuse({
        kind: 'short_balance',
        account: name,
        needed: held,
        available,
        reachesSeconds,
      });
    }
    const lease: Lease = {
      ...input,
      id: newId(),
      accountId: account.id,
      deviceType: 'a100',
      deviceCount: 1,
      leaseSeconds,
      state: 'queued',
      requestedAt: now,
      activeAt: null,
      until: null,
      endedAt: null,
      endReason: null,
    };
    const holdId = newId();
    return accept<Held>(
      { leaseId: lease.id, holdId, held },
      { kind: 'add_lease', lease, holdId, held },
    );
  },
});

/** The end of that: ten minutes of it are charged, and the rest is available again. */
export const settle = action({
  name: 'bench_settle',
  needs: ({ accountId }: SettleInput) => ({ accounts: [accountId] }),
  decide: ({ accounts: [account] }, input, { now }): Decision<null> => {
    assert(account, 'the account exists');
    const { leaseId, holdId, held, personId, ticksPerSecond } = input;
    const charge = cost(1, usedSeconds, ticksPerSecond);
    const set = { endReason: 'stopped_by_owner' as const, endedAt: now };
    return accept(
      null,
      { kind: 'settle_hold', accountId: account.id, holdId, held, leaseId, personId, charge },
      { kind: 'move_lease', leaseId, from: 'queued', to: 'ended', set },
    );
  },
});
