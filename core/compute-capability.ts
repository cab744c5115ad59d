import { familyOf } from './device-type.ts';

/**
 * Generations of GPUs by the family that they are asked for by: NVIDIA, CUDA GPU Compute Capability,
 * https://developer.nvidia.com/cuda-gpus
 */
const families: readonly (readonly [RegExp, string])[] = [
  [/^k80$/, '3.7'],
  [/^(m40|m60)$/, '5.2'],
  [/^p100$/, '6.0'],
  [/^(p4|p40|gtx10\d0(ti)?|titanxp?)$/, '6.1'],
  [/^(v100s?|titanv)$/, '7.0'],
  [/^(t4|t4g|rtx20\d0(ti|super)?|gtx16\d0(ti|super)?|rtx[568]000|titanrtx)$/, '7.5'],
  [/^(a100x?|a800|a30x?)$/, '8.0'],
  [/^(a2|a10|a10g|a10m|a16|a40|a[24-6]\d00|rtx30\d0(ti)?)$/, '8.6'],
  [/^(l2|l4|l20|l40|l40s|rtx40\d0(d|ti|super|tisuper)?|rtx[2456]\d00ada)$/, '8.9'],
  [/^(h100|h200|h800|h20|gh200)$/, '9.0'],
  [/^(b100|b200|gb200)$/, '10.0'],
  [/^(b300|gb300)$/, '10.3'],
  [/^(rtx50\d0(d|ti)?|rtxpro\d000)$/, '12.0'],
];

/** Of a device type; null: it is not known here. */
export function computeCapabilityOf(type: string): string | null {
  const family = familyOf(type);
  return families.find(([pattern]) => pattern.test(family))?.[1] ?? null;
}
