import { anyDevice } from '../../core/device-type.ts';

/** `a100`, `a100x2`, `a100×2`, `gpu`. A type of its own may hold an x and digits: `rtx4090`. */
export function parseDevices(typed: string): { deviceType: string; deviceCount: number } {
  const lower = typed.toLowerCase();
  const [, type = lower, count = '1'] = /^(.+)[x×]([1-9]\d?)$/.exec(lower) ?? [];
  return { deviceType: type === 'gpu' ? anyDevice : type, deviceCount: Number(count) };
}
