import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Docker from 'dockerode';
import type { EngineHost } from './real-host.ts';
import { bringStandInImage, type StandInImages } from './stand-in-image.ts';

export type Gpu = {
  uuid: string;
  model: string;
  memoryMib: number;
  memoryUsedMib: number;
  utilizationPercent: number;
  temperatureCelsius: number;
  powerWatts: number;
};

export type GpuHostOptions = {
  /** Hosts of one name run one after another and share what was pulled or built. */
  name: string;
  /** None: the engine has no GPU driver at all. */
  gpus: readonly { model: string; memoryMib: number }[];
  /** The engine's configuration, as in daemon.json. */
  daemon?: Record<string, unknown>;
};

/** A machine with GPUs that is none: a real Docker engine with a stand-in driver. */
export type GpuHost = EngineHost & {
  /** This machine's end of the host's network. */
  gateway: string;
  tcp: { host: string; port: number; ca: string; cert: string; key: string };
  gpus: readonly Gpu[];
  setGpu(index: number, figures: Partial<Gpu>): Promise<void>;
  setProcesses(
    rows: readonly { uuid: string; pid: number; name: string; memoryMib: number }[],
  ): Promise<void>;
  /** `driver`, `nvml`, `mismatch`, `lost [uuid]` or `hang`: how nvidia-smi fails; null: healthy. */
  setFault(fault: string | null): Promise<void>;
  /** What the driver says while it fails the start of every container with GPUs; null: healthy. */
  setStartFault(text: string | null): Promise<void>;
  /** The engine hears nothing any more, and what runs on it runs on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  restartEngine(): Promise<void>;
  stop(): Promise<void>;
};

/** The tests' own registry listens on the gateway, without TLS. */
const DAEMON = { 'insecure-registries': ['10.210.0.0/16'] };
const SCRIPT = join(import.meta.dirname, 'gpu-host', 'gpu-host.sh');

export async function startGpuHost(options: GpuHostOptions): Promise<GpuHost> {
  await checkTools();
  const folder = join(tmpdir(), 'dibs-gpu-hosts', options.name);
  const gpus = options.gpus.map((gpu, index) => toGpu(gpu, { index, host: options.name }));
  await mkdir(join(folder, 'state'), { recursive: true });
  await writeFile(join(folder, 'daemon.json'), JSON.stringify({ ...DAEMON, ...options.daemon }));
  const state = createState(join(folder, 'state'), gpus);
  await state.reset();

  const engine = await runEngine(folder);
  const socketPath = join(folder, 'docker.sock');
  const docker = new Docker({ socketPath });
  const images = await prepare(docker).catch(async (error: unknown) => {
    await engine.stop();
    throw error;
  });
  return {
    name: options.name,
    gateway: engine.address.replace(/\d+$/, '1'),
    connection: { socketPath },
    bindAddress: '0.0.0.0',
    tcp: await readTcp(folder, engine.address),
    docker,
    ...images,
    gpus,
    ...state,
    ...engine,
  };
}

/** An earlier run may have died: what it left would be seen by tests of installations. */
async function prepare(docker: Docker): Promise<StandInImages> {
  const left = await docker.listContainers({ all: true });
  for (const { Id } of left) await docker.getContainer(Id).remove({ force: true, v: true });
  const { Volumes } = await docker.listVolumes();
  for (const { Name } of Volumes ?? []) await docker.getVolume(Name).remove({ force: true });
  return bringStandInImage(docker);
}

async function checkTools(): Promise<void> {
  const tools = [
    '/usr/sbin/dockerd',
    '/usr/bin/mmdebstrap',
    '/usr/sbin/iptables',
    '/usr/bin/openssl',
  ];
  const absent = await Promise.all(
    tools.map((tool) =>
      access(tool).then(
        () => false,
        () => true,
      ),
    ),
  );
  if (process.getuid?.() === 0 && !absent.includes(true)) return;
  throw new Error(
    'The engine suite runs real Docker engines: it needs root on Debian with ' +
      '`apt-get install docker.io mmdebstrap iproute2 iptables openssl python3 curl`, ' +
      'or a host with two GPUs in DIBS_TEST_DOCKER_HOST. DIBS_TEST_ENGINE=off leaves it out.',
  );
}

function toGpu(
  gpu: { model: string; memoryMib: number },
  at: { index: number; host: string },
): Gpu {
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

function toRow(gpu: Gpu, index: number): string {
  const bus = `00000000:${(25 + index * 16).toString(16).padStart(2, '0').toUpperCase()}:00.0`;
  const { uuid, model, memoryMib, memoryUsedMib, utilizationPercent } = gpu;
  const { temperatureCelsius, powerWatts } = gpu;
  const figures = [memoryMib, memoryUsedMib, utilizationPercent, temperatureCelsius, powerWatts];
  return `${[index, uuid, model, ...figures, bus, '400.00'].join(',')}\n`;
}

/** The files that the stand-in driver reads afresh on each call. */
function createState(folder: string, initial: readonly Gpu[]) {
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
    async setGpu(index: number, figures: Partial<Gpu>) {
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

async function runEngine(folder: string) {
  const child = spawn(SCRIPT, ['run', folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<null>((resolve) => child.once('exit', () => resolve(null)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const line = await Promise.race([lines.next(), ended]);
    if (!line || line.done) throw new Error(`the engine in ${folder} did not come up`);
    return line.value;
  };
  const address = (await nextLine()).replace(/^up /, '');
  const signalEngine = async (signal: NodeJS.Signals) => {
    process.kill(Number(await readFile(join(folder, 'docker.pid'), 'utf8')), signal);
  };
  return {
    address,
    pause: () => signalEngine('SIGSTOP'),
    resume: () => signalEngine('SIGCONT'),
    async restartEngine() {
      for (const word of ['stop', 'start']) {
        child.stdin.write(`${word}\n`);
        await nextLine();
      }
    },
    stop: () => endOf(child, ended),
  };
}

async function endOf(child: ChildProcess, ended: Promise<null>): Promise<void> {
  child.stdin?.end();
  await ended;
}

async function readTcp(folder: string, host: string) {
  const read = (name: string) => readFile(join(folder, 'tls', name), 'utf8');
  const [ca, cert, key] = await Promise.all(['ca.pem', 'client.pem', 'client-key.pem'].map(read));
  if (!ca || !cert || !key) throw new Error(`no certificates in ${folder}`);
  return { host, port: 2376, ca, cert, key };
}
