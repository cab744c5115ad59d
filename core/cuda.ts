import { computeCapabilityOf } from './compute-capability.ts';
import { cpuDevice } from './device-type.ts';
import type { Host } from './entity.ts';
import type { Policy } from './policy.ts';
import type { Image } from './ports.ts';

/**
 * The least driver for Linux that runs any CUDA of a major version, and the older branches that run
 * it with the forward-compatibility package: NVIDIA, CUDA Compatibility,
 * https://docs.nvidia.com/deploy/cuda-compatibility/
 */
const drivers: Readonly<Record<string, { least: string; forwardBranches: readonly string[] }>> = {
  11: { least: '450.80.02', forwardBranches: [] },
  12: { least: '525.60.13', forwardBranches: ['470'] },
  13: { least: '580.65.06', forwardBranches: ['535', '550', '565', '570', '575'] },
};

/** The major versions of CUDA whose drivers are known. */
export const knownCudaMajors: readonly string[] = Object.keys(drivers);

/** Null: it is not known. */
export function leastDriver(cuda: string): string | null {
  return drivers[majorOf(cuda)]?.least ?? null;
}

/** Devices of one type on one host. */
export type Devices = { host: Pick<Host, 'name' | 'driver'>; type: string };
type Needs = Pick<Image, 'cuda' | 'compute'>;

/** Why an image cannot compute there; null: it can, as far as we know. */
export function obstacleTo(
  { cuda, compute }: Needs,
  { host, type }: Devices,
  policy: Pick<Policy, 'forwardCompatible'>,
): 'driver' | 'generation' | null {
  // Without a GPU it computes without CUDA.
  if (cuda === null || type === cpuDevice) return null;
  if (!hasDriverFor(cuda, host, policy)) return 'driver';
  const capability = computeCapabilityOf(type);
  return capability === null || compute === null || isBuiltFor(compute, capability)
    ? null
    : 'generation';
}

function hasDriverFor(
  cuda: string,
  { name, driver }: Devices['host'],
  { forwardCompatible }: Pick<Policy, 'forwardCompatible'>,
): boolean {
  const known = drivers[majorOf(cuda)];
  if (driver === null || known === undefined) return true;
  if (compareVersions(driver, known.least) >= 0) return true;
  return forwardCompatible.includes(name) && known.forwardBranches.includes(majorOf(driver));
}

/** What was made for 8.0 runs on 8.6 as well, and on no 9.0. */
function isBuiltFor({ least, most }: NonNullable<Needs['compute']>, capability: string): boolean {
  const isOldEnough = Number(majorOf(capability)) <= Number(majorOf(most));
  return isOldEnough && compareVersions(capability, least) >= 0;
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? '';
}

/** Below zero: `a` is the older. */
function compareVersions(a: string, b: string): number {
  const [left = [], right = []] = [a, b].map((version) => version.split('.').map(Number));
  const at = left.findIndex((part, place) => part !== (right[place] ?? 0));
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}
