import { cpuDevice, familyOf, typeMatches } from './device-type.ts';
import type { Channel } from './entity.ts';
import type { Ticks } from './money.ts';
import type { Image } from './ports.ts';

/** What a site decides for itself; from dibs.yaml, with defaults in bot/config.ts. */
export type Policy = {
  leastLeaseSeconds: number;
  mostLeaseSeconds: number;
  /** Most leases waiting in line at a time. */
  queueLimit: number;
  /** From devices assigned to ready, image pull included; then the start has failed. */
  startDeadlineSeconds: number;
  /** How long a claimed step stays claimed without being renewed. */
  claimSeconds: number;
  /** Silence of a host after which its devices are not given out and its sessions not charged. */
  hostSilentSeconds: number;
  /** Silence after which its sessions are ended. */
  hostLostSeconds: number;
  /** Seconds before the end at which the holder is warned, longest first. */
  warnSeconds: readonly number[];
  stopGraceSeconds: number;
  /** How long a lease may wait in line before it is given up. */
  queueDeadlineSeconds: number;
  /** Most grant requests of one person that may be pending. */
  pendingRequestLimit: number;
  /** What sessions can run: the names by which people call each, and what it needs. */
  images: readonly (Pick<Image, 'cuda' | 'compute'> & { names: readonly string[] })[];
  /** Names of hosts that have NVIDIA's forward-compatibility package. */
  forwardCompatible: readonly string[];
  /** By the team's name. */
  teams: Readonly<Record<string, TeamPolicy>>;
  /** For whoever is in none of these any more. */
  prices: PriceList;
};

/** Ticks per device-second by type, by family, or under `default`. */
export type PriceList = Readonly<Record<string, Ticks>> & { readonly default: Ticks };

export type TeamPolicy = {
  prices: PriceList;
  mostLeaseSeconds: number;
  limits: TeamLimits;
  approval: ApprovalPolicy;
};

/** Null: no limit. */
export type TeamLimits = {
  /** What one person may spend of the team's credits in a day, a week, a month of its zone. */
  personSpending: Readonly<Record<SpendingPeriod, Ticks | null>>;
  /** Devices of one person, and of all together, that are leased or waited for at once. */
  personDevices: number | null;
  teamDevices: number | null;
};

export const spendingPeriods = ['day', 'week', 'month'] as const;
export type SpendingPeriod = (typeof spendingPeriods)[number];

export type ApprovalPolicy = {
  /** Where requests are posted; null: where they are made. */
  channel: Channel | null;
  approveEmoji: string;
  denyEmoji: string;
  /** Above this, two approvers must agree; null: one is always enough. */
  quorumAbove: Ticks | null;
  validSeconds: number;
  /** How long an approver may take back what has not decided yet. */
  takeBackSeconds: number;
};

export const noLimits: TeamLimits = {
  personSpending: { day: null, week: null, month: null },
  personDevices: null,
  teamDevices: null,
};

export const defaultApproval: ApprovalPolicy = {
  channel: null,
  approveEmoji: '✅',
  denyEmoji: '❌',
  quorumAbove: null,
  validSeconds: 72 * 3600,
  takeBackSeconds: 60,
};

/** That of a team; what holds for the site where the team is no longer configured. */
export function teamPolicyOf(policy: Policy, team: string): TeamPolicy {
  const { prices, mostLeaseSeconds } = policy;
  const site = { prices, mostLeaseSeconds, limits: noLimits, approval: defaultApproval };
  return policy.teams[team] ?? site;
}

/** Ticks per device-second for a type. */
export function priceOf(prices: PriceList, type: string): Ticks {
  return prices[type] ?? prices[familyOf(type)] ?? prices.default;
}

/** The dearest price among the types that would do: what a hold must cover before placement. */
export function dearestPrice(prices: PriceList, asked: string, types: readonly string[]): Ticks {
  const matching = types
    .filter((type) => typeMatches(asked, type))
    .map((type) => priceOf(prices, type));
  return matching.sort((a, b) => Number(b - a))[0] ?? 0n;
}

/** Types in the order in which they are listed to people: GPUs by name, the CPU last. */
export function sortedTypes(types: Iterable<string>): string[] {
  return [...new Set(types)].sort((a, b) => {
    if ((a === cpuDevice) !== (b === cpuDevice)) return a === cpuDevice ? 1 : -1;
    return a.localeCompare(b);
  });
}
