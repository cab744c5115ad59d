import type { DeviceProcess, ObservedDevice } from '../../core/ports.ts';

/** Reads what nvidia-smi prints; `--format=csv,noheader,nounits` for the two queries. */
export const GPU_QUERY =
  '--query-gpu=index,uuid,name,memory.total,memory.used,utilization.gpu,temperature.gpu,power.draw,driver_version';
export const PROCESS_QUERY = '--query-compute-apps=gpu_uuid,pid,process_name,used_memory';
export const CSV = '--format=csv,noheader,nounits';

export type DeviceRow = { device: ObservedDevice; driver: string };

/** Rows of GPU_QUERY; lines that are no row (a complaint about one GPU) are left out. */
export function parseDevices(output: string): DeviceRow[] {
  return output.split('\n').flatMap((line) => {
    const row = parseDevice(line);
    return row ? [row] : [];
  });
}

function parseDevice(line: string): DeviceRow | null {
  const cells = line.split(',').map((cell) => cell.trim());
  const [index, uuid, model, total, used, utilization, temperature, power, driver] = cells;
  if (!uuid?.startsWith('GPU-') || model === undefined || driver === undefined) return null;
  const sample = {
    utilizationPercent: figure(utilization),
    memoryUsedMib: figure(used) ?? 0,
    temperatureCelsius: figure(temperature),
    powerWatts: figure(power),
    processes: [],
  };
  const memoryMib = figure(total) ?? 0;
  return { device: { uuid, index: Number(index), model, memoryMib, sample }, driver };
}

/** Rows of PROCESS_QUERY. A process name may hold commas, so the cells are taken from both ends. */
export function parseProcesses(output: string): { uuid: string; process: DeviceProcess }[] {
  return output.split('\n').flatMap((line) => {
    const row = /^(GPU-[^,]+), *(\d+), *(.*), *([^,]+)$/.exec(line.trim());
    if (!row) return [];
    const [, uuid = '', pid, name = '', memory] = row;
    return [{ uuid, process: { pid: Number(pid), name, memoryMib: figure(memory) ?? 0 } }];
  });
}

/** The CUDA version in the header of the plain table; null where the driver does not tell. */
export function parseCuda(output: string): string | null {
  return /CUDA (?:UMD )?Version\s*:\s*([\d.]+)/.exec(output)?.[1] ?? null;
}

/** UUIDs in `nvidia-smi -L`: of the MIG slices where a GPU is cut into such, else of the GPU. */
export function parseVisible(output: string): string[] {
  const gpus = output.split(/^(?=GPU \d)/m);
  return gpus.flatMap((gpu) => {
    const uuids = [...gpu.matchAll(/\(UUID: ([^)]+)\)/g)].map((match) => match[1] ?? '');
    return uuids.length > 1 ? uuids.slice(1) : uuids;
  });
}

/** `[N/A]`, `[Not Supported]`, `[Unknown Error]` and the like are not figures. */
function figure(cell: string | undefined): number | null {
  const value = Number.parseFloat(cell ?? '');
  return Number.isFinite(value) ? value : null;
}
