import { createHash } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type GpuFigures = {
  uuid: string;
  model: string;
  memoryMib: number;
  memoryUsedMib: number;
  utilizationPercent: number;
  temperatureCelsius: number;
  powerWatts: number;
};

/** The files that the stand-in driver reads afresh on each call. */
export function createState(folder: string, initial: readonly GpuFigures[]) {
  const gpus = [...initial];
  const write = async (name: string, text: string | null) => {
    const path = join(folder, name);
    if (text === null) return rm(path, { force: true });
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };
  const writeGpus = () => write('gpus.csv', gpus.map(toRow).join(''));
  return {
    async reset() {
      await writeGpus();
      await write('host.conf', 'driver=580.95.05\ncuda=13.0\n');
      await write('apps.csv', '');
      await write('fault', null);
      await write('hookfault', null);
    },
    async setGpu(index: number, figures: Partial<GpuFigures>) {
      const gpu = gpus[index];
      if (!gpu) throw new Error(`the host has no GPU ${index}`);
      gpus[index] = { ...gpu, ...figures };
      await writeGpus();
    },
    setProcesses: (
      rows: readonly { uuid: string; pid: number; name: string; memoryMib: number }[],
    ) =>
      write(
        'apps.csv',
        rows.map((row) => `${row.uuid},${row.pid},${row.name},${row.memoryMib}\n`).join(''),
      ),
    setFault: (fault: string | null) => write('fault', fault && `${fault}\n`),
    setStartFault: (text: string | null) => write('hookfault', text && `${text}\n`),
  };
}

export function toGpu(
  gpu: { model: string; memoryMib: number },
  at: { index: number; host: string },
): GpuFigures {
  const host = createHash('sha256').update(at.host).digest('hex').slice(0, 8);
  const device = at.index.toString(16).padStart(12, '0');
  return {
    ...gpu,
    uuid: `GPU-${host}-c0de-4b1d-8a5e-${device}`,
    memoryUsedMib: 0,
    utilizationPercent: 0,
    temperatureCelsius: 31,
    powerWatts: 61.2,
  };
}

function toRow(gpu: GpuFigures, index: number): string {
  const bus = `00000000:${(25 + index * 16).toString(16).padStart(2, '0').toUpperCase()}:00.0`;
  const { uuid, model, memoryMib, memoryUsedMib, utilizationPercent } = gpu;
  const { temperatureCelsius, powerWatts } = gpu;
  const figures = [memoryMib, memoryUsedMib, utilizationPercent, temperatureCelsius, powerWatts];
  return `${[index, uuid, model, ...figures, bus, '400.00'].join(',')}\n`;
}
