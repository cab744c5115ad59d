import type { FaultCode } from '../../core/fault.ts';
import { Fault } from '../../core/fault.ts';
import type { Inventory, ObservedDevice } from '../../core/ports.ts';
import { exec } from './exec.ts';
import { statusOf } from './faults.ts';
import { type Host, readEngine } from './host.ts';
import {
  CSV,
  type DeviceRow,
  GPU_QUERY,
  PROCESS_QUERY,
  parseCuda,
  parseDevices,
  parseProcesses,
} from './nvidia-smi.ts';
import type { Probe } from './probe.ts';

type Gpus = { driver: string | null; cuda: string | null; devices: ObservedDevice[] };

const NO_GPUS: Gpus = { driver: null, cuda: null, devices: [] };

/** `Spawner.inventory`. A host without GPUs is no fault; a driver that fails is one. */
export function createInventory(host: Host, probe: Probe) {
  const cudaOfProbe = new Map<string, string | null>();

  async function readGpus(signal: AbortSignal): Promise<Gpus> {
    const id = await probe.ensure(signal);
    if (!id) return NO_GPUS;
    const { rows, processes } = await readDevices(host, id, signal);
    if (!cudaOfProbe.has(id)) cudaOfProbe.set(id, await readCuda(host, id, signal));
    return {
      driver: rows[0]?.driver ?? null,
      cuda: cudaOfProbe.get(id) ?? null,
      devices: rows.map(({ device }) => withProcesses(device, processes)),
    };
  }

  /** Where it was the probe that failed, and not the host, a new one sees the GPUs again. */
  async function readGpusAgainIfLost(signal: AbortSignal): Promise<Gpus> {
    try {
      return await readGpus(signal);
    } catch (error) {
      if (lostItsGpus(error)) await probe.remove(signal);
      else if (!isGone(error)) throw error;
      return readGpus(signal);
    }
  }

  return async (signal: AbortSignal): Promise<Inventory> => {
    const [engine, gpus] = await Promise.all([
      readEngine(host.connection, signal),
      readGpusAgainIfLost(signal),
    ]);
    return { ...engine, simulated: false, ...gpus };
  };
}

/** A container may lose its GPUs while the host has them. */
function lostItsGpus(error: unknown): boolean {
  return error instanceof Fault && /Failed to initialize NVML/.test(error.facts.detail ?? '');
}

/** Another process of this installation takes the probe away as it closes: removed 404, ended 409. */
function isGone(error: unknown): boolean {
  return [404, 409].includes(statusOf(error) ?? 0);
}

type Listed = { rows: DeviceRow[]; processes: ReturnType<typeof parseProcesses> };

async function readDevices(host: Host, id: string, signal: AbortSignal): Promise<Listed> {
  const [gpus, apps] = await Promise.all([
    ask(host, { id, args: [GPU_QUERY, CSV] }, signal),
    ask(host, { id, args: [PROCESS_QUERY, CSV] }, signal),
  ]);
  const processes = parseProcesses(apps.stdout);
  if (gpus.exitCode === 0) return { rows: parseDevices(gpus.stdout), processes };
  const rows = IS_LOST.test(gpus.stdout) ? await readOneByOne(host, id, signal) : [];
  if (rows.length === 0) throw toDriverFault(host.connection.hostName, gpus);
  return { rows, processes };
}

const IS_LOST = /GPU is lost|Unable to determine the device handle/;
const MOST_GPUS = 16;

/** One lost GPU ends a listing of all; asked one by one, the others still answer. */
async function readOneByOne(host: Host, id: string, signal: AbortSignal): Promise<DeviceRow[]> {
  const answers = await Promise.all(
    Array.from({ length: MOST_GPUS }, (_, index) =>
      ask(host, { id, args: ['-i', `${index}`, GPU_QUERY, CSV] }, signal),
    ),
  );
  return answers.flatMap((answer) => (answer.exitCode === 0 ? parseDevices(answer.stdout) : []));
}

async function readCuda(host: Host, id: string, signal: AbortSignal): Promise<string | null> {
  return parseCuda((await ask(host, { id, args: [] }, signal)).stdout);
}

const LIMIT_SECONDS = 5;
const TIMED_OUT = 124;

function ask(host: Host, what: { id: string; args: readonly string[] }, signal: AbortSignal) {
  const command = ['timeout', `${LIMIT_SECONDS}`, 'nvidia-smi', ...what.args];
  return exec(host.connection, { id: what.id, command }, signal);
}

/** nvidia-smi writes its complaints to standard output. */
function toDriverFault(host: string, ran: { exitCode: number; stdout: string; stderr: string }) {
  const said = (ran.stdout || ran.stderr).trim().split('\n').join(' ').slice(0, 300);
  const hung = ran.exitCode === TIMED_OUT;
  const code: FaultCode = hung ? 'deadline_passed' : 'gpu_runtime_missing';
  const detail = hung
    ? `${host}: nvidia-smi did not answer within ${LIMIT_SECONDS} s; the machine may need a restart`
    : `${host}: nvidia-smi: ${said}`;
  return new Fault(code, { host, detail });
}

function withProcesses(device: ObservedDevice, all: Listed['processes']): ObservedDevice {
  const processes = all.filter(({ uuid }) => uuid === device.uuid).map(({ process }) => process);
  return { ...device, sample: { ...device.sample, processes } };
}
