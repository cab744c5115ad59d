import type { DeviceSample } from '../../core/ports.ts';
import type { Device } from './world.ts';

/** A running container that was given the device. */
export type DeviceUser = { containerId: string; resting: boolean };

const nothingUsedMib = 4;
const contextMib = 512;

/**
 * What nvidia-smi would show at that moment. A pure function, so that a test can foretell it: each
 * working container swings between 55 % and 95 % in a rhythm of the device's own.
 */
export function sampleDevice(
  device: Pick<Device, 'uuid' | 'memoryMib' | 'leftoverMib'>,
  at: Date,
  users: readonly DeviceUser[],
): DeviceSample {
  const seconds = at.getTime() / 1000;
  const seed = hash(device.uuid);
  const working = users.some((user) => !user.resting);
  const utilizationPercent = working ? Math.round(75 + 20 * wave(seconds, seed, 90)) : 0;
  const processes = users.map((user) => ({
    pid: 2000 + (hash(user.containerId) % 30_000),
    name: 'python (simulated)',
    memoryMib: user.resting ? contextMib : workingMib(device, seconds, users.length),
  }));
  const processesMib = processes.reduce((sum, { memoryMib }) => sum + memoryMib, 0);
  const load = utilizationPercent / 100;
  return {
    utilizationPercent,
    memoryUsedMib: Math.min(device.memoryMib, nothingUsedMib + device.leftoverMib + processesMib),
    temperatureCelsius: Math.round(31 + 42 * load + 2 * wave(seconds, seed, 300)),
    powerWatts: Math.round(idleWatts(device) * (1 + 7 * load) + wave(seconds, seed, 20)),
    processes,
  };
}

/** Between 40 % and 80 % of the device over ten minutes, shared evenly. */
function workingMib(device: Pick<Device, 'uuid' | 'memoryMib'>, seconds: number, users: number) {
  const fraction = 0.6 + 0.2 * wave(seconds, hash(device.uuid), 600);
  return Math.round((device.memoryMib * fraction) / users);
}

/** Roughly true from a T4 (10 W at rest, 80 W at work) to an A100 80GB (50 W, 400 W). */
function idleWatts({ memoryMib }: Pick<Device, 'memoryMib'>) {
  return memoryMib / 1600;
}

/** From -1 to 1, shifted by the seed so that no two devices move alike. */
function wave(seconds: number, seed: number, periodSeconds: number): number {
  return Math.sin(2 * Math.PI * (seconds / periodSeconds + seed / 2 ** 32));
}

/** FNV-1a: quick, and well enough spread for ten thousand devices. */
function hash(text: string): number {
  let result = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    result = Math.imul(result ^ text.charCodeAt(at), 0x01000193);
  return result >>> 0;
}
