import { accept, action, type Moment } from '../action.ts';
import type { Change } from '../change.ts';
import { cost } from '../money.ts';
import { priceOf, teamPolicyOf } from '../policy.ts';
import { isOffering, type Placement, planQueue } from '../queue.ts';

/** Gives free devices to those who wait in line, first come first served. */
export const promote = action({
  name: 'promote',
  needs: () => ({ fleet: { withLine: true } }),
  decide: ({ fleet }, _input: null, moment) => {
    const hosts = fleet.hosts.filter((host) => isOffering(host, moment.now, moment.policy));
    const placements = planQueue(fleet.queue, hosts, moment.policy);
    // Everybody's place in the line is shown in their message, so a move concerns the whole line.
    const concerned = placements.length > 0 ? fleet.queue : [];
    return accept(
      { hostIds: [...new Set(placements.map(({ hostId }) => hostId))] },
      ...placements.flatMap((placement) => placeLease(placement, moment)),
      ...concerned.map(
        ({ sessionId }): Change => ({ kind: 'notify', notice: 'session_changed', sessionId }),
      ),
    );
  },
});

/**
 * The lease becomes active on these devices, at their price or at that of its hold, if that is
 * less; what was held for dearer ones is available again.
 */
export function placeLease({ queued, hostId, devices }: Placement, moment: Moment): Change[] {
  const { leaseId, sessionId } = queued;
  const { prices } = teamPolicyOf(moment.policy, queued.team);
  const price = priceOf(prices, devices[0]?.type ?? queued.deviceType);
  // biome-ignore lint/complexity/useMathMinMax: Math.min takes no bigint.
  const ticksPerSecond = price < queued.ticksPerSecond ? price : queued.ticksPerSecond;
  const set = { activeAt: moment.now, ticksPerSecond };
  const { deviceCount, leaseSeconds, accountId } = queued;
  const by = cost(deviceCount, leaseSeconds, queued.ticksPerSecond - ticksPerSecond);
  return [
    ...(by > 0n ? [{ kind: 'shrink_hold', leaseId, accountId, by } as const] : []),
    { kind: 'move_lease', leaseId, from: 'queued', to: 'active', set },
    { kind: 'assign_devices', leaseId, deviceIds: devices.map(({ id }) => id) },
    { kind: 'update_session', sessionId, set: { hostId } },
  ];
}
