import { obstacleTo } from './cuda.ts';
import { typeMatches } from './device-type.ts';
import type { Device, Host } from './entity.ts';
import type { Ticks } from './money.ts';
import { type Policy, priceOf, teamPolicyOf } from './policy.ts';
import type { Image } from './ports.ts';

export type QueuedLease = {
  leaseId: string;
  accountId: string;
  sessionId: string;
  /** Whose prices hold. */
  team: string;
  deviceType: string;
  deviceCount: number;
  leaseSeconds: number;
  /** What its image needs. */
  image: Pick<Image, 'cuda' | 'compute'>;
  /** What is held for it, per device. */
  ticksPerSecond: Ticks;
};
export type RunningLease = { leaseId: string; leaseSeconds: number; until: Date | null };

export type Placement = { queued: QueuedLease; hostId: string; devices: readonly Device[] };

/** How many steps ahead an estimate looks before it says that it does not know. */
const estimateSteps = 200;

/** Whether devices of this host may be given out now. */
export function isOffering(host: Host, now: Date, policy: Policy): boolean {
  if (host.state !== 'ready' || host.seenAt === null || host.fault !== null) return false;
  return now.getTime() - host.seenAt.getTime() <= policy.hostSilentSeconds * 1000;
}

/** Devices of one type on one host, whether they are free or not. */
export type Pool = { host: Host; type: string; devices: readonly Device[] };

/** The pools of what was asked for that could ever give so many together. */
export function poolsOf(hosts: readonly Host[], deviceType: string, deviceCount: number): Pool[] {
  return allPools(hosts).filter(
    ({ type, devices }) => typeMatches(deviceType, type) && devices.length >= deviceCount,
  );
}

/** The most devices of what was asked for that one host could ever give together. */
export function mostTogether(hosts: readonly Host[], deviceType: string): number {
  return Math.max(0, ...poolsOf(hosts, deviceType, 1).map(({ devices }) => devices.length));
}

/**
 * Who of the queue can start now, and on what: first come, first served. Whoever cannot start yet
 * keeps the free devices that it waits for, so that a large request is not overtaken for ever.
 */
export function planQueue(
  queue: readonly QueuedLease[],
  hosts: readonly Host[],
  policy: Policy,
): Placement[] {
  let pools = allPools(hosts).map((pool) => ({
    ...pool,
    free: pool.devices.filter((device) => device.leaseId === null),
  }));
  const placements: Placement[] = [];
  for (const queued of queue) {
    const wanted = pools.filter((pool) => isWanted(queued, pool, policy));
    const pool = bestPool(queued, wanted, policy);
    if (pool === undefined) {
      pools = pools.filter((other) => !wanted.includes(other));
      continue;
    }
    const devices = pool.free.splice(0, queued.deviceCount);
    placements.push({ queued, hostId: pool.host.id, devices });
  }
  return placements;
}

/**
 * When the last of the queue is likely to start, if every lease runs to its end: null when that
 * cannot be foretold.
 */
export function estimateStart(
  fleet: {
    hosts: readonly Host[];
    queue: readonly QueuedLease[];
    running: readonly RunningLease[];
  },
  now: Date,
  policy: Policy,
): Date | null {
  const last = fleet.queue.at(-1);
  const ends = new Map(
    fleet.running.map(({ leaseId, leaseSeconds, until }) => [
      leaseId,
      until?.getTime() ?? now.getTime() + leaseSeconds * 1000,
    ]),
  );
  let { hosts, queue } = fleet;
  let at = now.getTime();
  for (let step = 0; step < estimateSteps; step += 1) {
    const placements = planQueue(queue, hosts, policy);
    if (placements.some(({ queued }) => queued === last)) return new Date(at);
    for (const { queued } of placements) ends.set(queued.leaseId, at + queued.leaseSeconds * 1000);
    const placed = new Map(
      placements.flatMap(({ queued, devices }) => devices.map(({ id }) => [id, queued.leaseId])),
    );
    queue = queue.filter((queued) => !placements.some((placement) => placement.queued === queued));
    const [endedId, endsAt] = [...ends].reduce<[string, number] | []>(
      (soonest, end) => (soonest[1] === undefined || end[1] < soonest[1] ? end : soonest),
      [],
    );
    if (endedId === undefined || endsAt === undefined) return null;
    ends.delete(endedId);
    at = Math.max(at, endsAt);
    hosts = hosts.map((host) => ({
      ...host,
      devices: host.devices.map((device) => {
        const leaseId = placed.get(device.id) ?? device.leaseId;
        return { ...device, leaseId: leaseId === endedId ? null : leaseId };
      }),
    }));
  }
  return null;
}

type FreePool = Pool & { free: Device[] };

function isWanted(queued: QueuedLease, { host, type, devices }: Pool, policy: Policy): boolean {
  if (!typeMatches(queued.deviceType, type) || devices.length < queued.deviceCount) return false;
  return obstacleTo(queued.image, { host, type }, policy) === null;
}

/** The cheapest that will do, then the one with least left over: whole hosts stay whole. */
function bestPool(
  queued: QueuedLease,
  pools: readonly FreePool[],
  policy: Policy,
): FreePool | undefined {
  const { prices } = teamPolicyOf(policy, queued.team);
  const price = (pool: FreePool) => Number(priceOf(prices, pool.type));
  return pools
    .filter((pool) => pool.free.length >= queued.deviceCount)
    .sort((a, b) => price(a) - price(b) || a.free.length - b.free.length)[0];
}

function allPools(hosts: readonly Host[]): Pool[] {
  return hosts.flatMap((host) => {
    const offered = host.devices.filter(({ state }) => state === 'offered');
    const byType = Map.groupBy(offered, ({ type }) => type);
    return [...byType].map(([type, devices]) => ({ host, type, devices }));
  });
}
