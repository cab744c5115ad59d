/** What people ask for when any GPU will do. */
export const anyDevice = 'any';
/** What a host without GPUs offers. */
export const cpuDevice = 'cpu';

/**
 * The type that a device is asked for by, from nvidia-smi's name for its model:
 * `NVIDIA A100-SXM4-80GB` → `a100-80gb`, `NVIDIA GeForce RTX 4090` → `rtx4090`.
 * The size of the memory is part of it where NVIDIA has it in the name; `RTX A6000` is an `a6000`.
 */
export function deviceTypeOf(model: string): string {
  const words = model
    .toLowerCase()
    .replace(/\b(nvidia|tesla|geforce|quadro|generation|graphics|laptop gpu)\b/g, ' ')
    .replace(/\b(sxm\d*|pcie|hbm\d\w*|nvl|mig)\b/g, ' ')
    .replace(/\b(blackwell|max-q|(server|workstation) edition)\b/g, ' ')
    .replace(/\brtx (?=a\d)/, ' ')
    .replace(/(?<=\s)(\d+)g(?=\s|$)/, '$1gb')
    .split(/[\s-]+/)
    .filter((word) => word !== '');
  const size = words.find((word) => /^\d+gb$/.test(word));
  const family = words.filter((word) => word !== size && !/^gb$/.test(word)).join('');
  return size === undefined ? family : `${family}-${size}`;
}

/** `a100` of `a100-80gb`. */
export function familyOf(type: string): string {
  return type.replace(/-\d+gb$/, '');
}

/** Whether a device of this type is what was asked for: its type, its family, or any GPU. */
export function typeMatches(asked: string, type: string): boolean {
  if (asked === anyDevice) return type !== cpuDevice;
  return asked === type || asked === familyOf(type);
}
