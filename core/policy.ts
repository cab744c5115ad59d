import { cpuDevice, familyOf, typeMatches } from './device-type.ts';
import type { Ticks } from './money.ts';

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
  /** Ticks per device-second by type, by family, or under `default`. */
  prices: Readonly<Record<string, Ticks>> & { readonly default: Ticks };
};

/** Ticks per device-second for a type. */
export function priceOf(policy: Policy, type: string): Ticks {
  return policy.prices[type] ?? policy.prices[familyOf(type)] ?? policy.prices.default;
}

/** The dearest price among the types that would do: what a hold must cover before placement. */
export function dearestPrice(policy: Policy, asked: string, types: readonly string[]): Ticks {
  const prices = types
    .filter((type) => typeMatches(asked, type))
    .map((type) => priceOf(policy, type));
  return prices.sort((a, b) => Number(b - a))[0] ?? 0n;
}

/** Types in the order in which they are listed to people: GPUs by name, the CPU last. */
export function sortedTypes(types: Iterable<string>): string[] {
  return [...new Set(types)].sort((a, b) => {
    if ((a === cpuDevice) !== (b === cpuDevice)) return a === cpuDevice ? 1 : -1;
    return a.localeCompare(b);
  });
}
