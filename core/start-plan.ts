import type { Fleet } from './action.ts';
import { leastDriver, obstacleTo } from './cuda.ts';
import { typeMatches } from './device-type.ts';
import type { Account, Host, Person } from './entity.ts';
import { refuseDeviceCount, refuseSpending, type Spending } from './limits.ts';
import { cost, secondsFor, type Ticks } from './money.ts';
import {
  dearestPrice,
  type Policy,
  priceOf,
  sortedTypes,
  type TeamPolicy,
  teamPolicyOf,
} from './policy.ts';
import type { Image } from './ports.ts';
import {
  estimateStart,
  isOffering,
  mostTogether,
  type Placement,
  planQueue,
  poolsOf,
  type QueuedLease,
} from './queue.ts';
import type { Refusal } from './refusal.ts';

/** What somebody wants to start. */
export type StartAsked = {
  deviceType: string;
  deviceCount: number;
  leaseSeconds: number;
  image: Pick<Image, 'name' | 'cuda' | 'compute'>;
  /** The person's own account pays, and not the team's. */
  own: boolean;
  /** Refuse instead of waiting in line. */
  now: boolean;
};

export type StartFacts = {
  fleet: Fleet;
  payer: { person: Person; account: Account };
  spending: Spending;
};

export type StartPlan = {
  /** Set aside for the whole lease, and per device and second of it. */
  held: Ticks;
  ticksPerSecond: Ticks;
  /** Null: it waits in line. */
  placement: Placement | null;
  /** Who waits, with this one at the end, and the hosts that it may get devices of. */
  line: Fleet;
  asked: QueuedLease;
};

/** What comes of a start with these facts. */
export function planStart(
  facts: StartFacts,
  asked: StartAsked,
  { now, policy }: { now: Date; policy: Policy },
): StartPlan | { refusal: Refusal } {
  const { account, person } = facts.payer;
  const team = teamPolicyOf(policy, person.team);
  const refusal =
    refuseLength(asked, policy, team) ??
    refuseDevices(facts.fleet, asked) ??
    refuseImage(facts.fleet, asked, policy) ??
    refuseDeviceCount(asked.deviceCount, facts.spending, team.limits);
  if (refusal) return { refusal };

  const types = offeredTypes(facts.fleet.hosts);
  const ticksAtMost = dearestPrice(team.prices, asked.deviceType, types);
  const queued = queuedAs(asked, { account, team: person.team, ticksPerSecond: ticksAtMost });
  const line: Fleet = {
    ...facts.fleet,
    hosts: facts.fleet.hosts.filter((host) => isOffering(host, now, policy)),
    queue: [...facts.fleet.queue, queued],
  };
  const placements = planQueue(line.queue, line.hosts, policy);
  const placement = placements.find((candidate) => candidate.queued === queued) ?? null;
  // What it gets now has its own price; what it may get later is held for at the dearest.
  const ticksPerSecond = placement
    ? priceOf(team.prices, placement.devices[0]?.type ?? asked.deviceType)
    : ticksAtMost;
  const held = cost(asked.deviceCount, asked.leaseSeconds, ticksPerSecond);
  // One's own credits are spent without a limit.
  const over = asked.own ? null : refuseSpending(held, facts.spending, team.limits);
  const short = over ?? refuseBalance(asked, account, { held, ticksPerSecond });
  if (short) return { refusal: short };
  if (placement === null) {
    const { deviceType, deviceCount } = asked;
    const limit = policy.queueLimit;
    if (asked.now) {
      const estimatedAt = estimateStart(line, now, policy);
      return { refusal: { kind: 'none_free', deviceType, deviceCount, estimatedAt } };
    }
    if (line.queue.length > limit) return { refusal: { kind: 'queue_full', limit } };
  }
  return { held, ticksPerSecond, placement, line, asked: queued };
}

/** What can be asked for, as it is listed to people. */
export function offeredTypes(hosts: readonly Host[]): string[] {
  const devices = hosts.flatMap((host) => host.devices);
  return sortedTypes(devices.filter(({ state }) => state === 'offered').map(({ type }) => type));
}

/** As one of the line. It has no lease of its own yet. */
function queuedAs(
  asked: StartAsked,
  { account, ...facts }: { account: Account } & Pick<QueuedLease, 'team' | 'ticksPerSecond'>,
): QueuedLease {
  const { deviceType, deviceCount, leaseSeconds, image } = asked;
  const ids = { leaseId: 'asked', sessionId: 'asked', accountId: account.id };
  return { ...ids, ...facts, deviceType, deviceCount, leaseSeconds, image };
}

function refuseLength(
  { leaseSeconds: askedSeconds }: StartAsked,
  { leastLeaseSeconds: leastSeconds }: Policy,
  { mostLeaseSeconds: mostSeconds }: TeamPolicy,
): Refusal | null {
  if (askedSeconds < leastSeconds) return { kind: 'lease_too_short', askedSeconds, leastSeconds };
  if (askedSeconds > mostSeconds) return { kind: 'lease_too_long', askedSeconds, mostSeconds };
  return null;
}

/** A busy, drained or silent host is waited for; only what no host could ever give is refused. */
function refuseDevices({ hosts }: Fleet, { deviceType, deviceCount }: StartAsked): Refusal | null {
  const offered = offeredTypes(hosts);
  if (offered.length === 0) return { kind: 'no_hosts_yet' };
  if (!offered.some((type) => typeMatches(deviceType, type)))
    return { kind: 'unknown_device_type', typed: deviceType, offered };
  const most = mostTogether(hosts, deviceType);
  return deviceCount <= most
    ? null
    : { kind: 'too_many_devices', asked: deviceCount, deviceType, most };
}

/** Where it could compute on none of the devices that were asked for. */
function refuseImage({ hosts }: Fleet, asked: StartAsked, policy: Policy): Refusal | null {
  const { image, deviceType, deviceCount } = asked;
  const pools = poolsOf(hosts, deviceType, deviceCount);
  const obstacles = pools.flatMap(({ host, type }) => {
    const why = obstacleTo(image, { host, type }, policy);
    return why === null ? [] : [{ host: host.name, driver: host.driver, type, why }];
  });
  if (image.cuda === null || obstacles.length < pools.length) return null;
  const runnable = policy.images.filter(
    (other) => other.cuda && pools.some((pool) => obstacleTo(other, pool, policy) === null),
  );
  return {
    kind: 'image_cannot_run',
    image: image.name,
    cuda: image.cuda,
    compute: image.compute,
    leastDriver: leastDriver(image.cuda),
    obstacles,
    images: runnable.flatMap(({ names }) => names.slice(0, 1)),
  };
}

function refuseBalance(
  { deviceCount }: StartAsked,
  account: Account,
  { held: needed, ticksPerSecond }: Pick<StartPlan, 'held' | 'ticksPerSecond'>,
): Refusal | null {
  const available = account.posted - account.held;
  if (needed <= available) return null;
  const reachesSeconds = secondsFor(available, deviceCount, ticksPerSecond);
  return { kind: 'short_balance', account: account.name, needed, available, reachesSeconds };
}
