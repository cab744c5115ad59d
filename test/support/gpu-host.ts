import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import Docker from 'dockerode';
import { createState, type GpuFigures, toGpu } from './gpu-state.ts';
import type { EngineHost } from './real-host.ts';
import { bringStandInImage, type StandInImages } from './stand-in-image.ts';

export type GpuHostOptions = {
  /** None: the engine has no GPU driver at all. */
  gpus: readonly { model: string; memoryMib: number }[];
  /** The engine's configuration, as in daemon.json. */
  daemon?: Record<string, unknown>;
};

/** A machine with GPUs that is none: a real Docker engine with a stand-in driver. */
export type GpuHost = Omit<EngineHost, 'gpus'> & {
  /** This machine's end of the host's network. */
  gateway: string;
  tcp: { host: string; port: number; ca: string; cert: string; key: string };
  gpus: readonly GpuFigures[];
  setGpu(index: number, figures: Partial<GpuFigures>): Promise<void>;
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

export const gpuHostScript = join(import.meta.dirname, 'gpu-host', 'gpu-host.sh');
/** The tests' own registry listens on the gateway, without TLS. */
const DAEMON = { 'insecure-registries': ['10.210.0.0/16'] };

/**
 * Each of the runner's workers has one. Hosts of one name run one after another, in whatever
 * checkout, and share what was pulled or built.
 */
export function gpuHostFolder(worker = process.env['VITEST_POOL_ID'] ?? '1'): string {
  return join(tmpdir(), 'dibs-gpu-hosts', `engine-${worker}`);
}

export async function startGpuHost(options: GpuHostOptions): Promise<GpuHost> {
  await checkTools();
  await imagesAreBrought();
  const folder = gpuHostFolder();
  const gpus = options.gpus.map((gpu, index) => toGpu(gpu, { index, host: basename(folder) }));
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
    name: 'engine',
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

/** Where engine-images.ts brings them for the whole run, its end is awaited, and its failure is ours. */
async function imagesAreBrought(): Promise<void> {
  const report = process.env['DIBS_TEST_IMAGES_REPORT'];
  if (report === undefined) return;
  while (!existsSync(report)) await setTimeout(100);
  const failure = await readFile(report, 'utf8');
  if (failure !== '') throw new Error(failure);
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
      '`apt-get install docker.io mmdebstrap iproute2 iptables openssl python3 curl ' +
      'docker-registry openssh-client shellcheck`, ' +
      'or a host with two GPUs in DIBS_TEST_DOCKER_HOST. DIBS_TEST_ENGINE=off leaves it out.',
  );
}

async function runEngine(folder: string) {
  const child = spawn(gpuHostScript, ['run', folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<null>((resolve) => child.once('exit', () => resolve(null)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const line = await Promise.race([lines.next(), ended]);
    if (!line || line.done) throw new Error(`the engine in ${folder} did not come up`);
    return line.value;
  };
  const address = (await nextLine()).replace(/^up /, '');
  const enginePid = async () => Number(await readFile(join(folder, 'docker.pid'), 'utf8'));
  const signalEngine = async (signal: NodeJS.Signals) => {
    process.kill(await enginePid(), signal);
  };
  return {
    address,
    async pause() {
      await signalEngine('SIGSTOP');
      while (!(await isStopped(await enginePid()))) await setTimeout(5);
    },
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

/** A stop reaches the threads one by one, and any of them might still answer. */
async function isStopped(pid: number): Promise<boolean> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const states = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/stat`, 'utf8').catch(() => ') T')),
  );
  return states.every((state) => /\) T/.test(state));
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
