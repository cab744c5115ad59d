import { Readable } from 'node:stream';
import type { ContainerCreateOptions } from 'dockerode';
import type { Connection } from './connection.ts';
import { listContainers } from './containers.ts';
import { contentOf } from './exec.ts';
import { lacksGpuDriver, statusOf } from './faults.ts';
import type { Host } from './host.ts';
import { labelsOf, shortened } from './labels.ts';
import { pull } from './pull.ts';
import { remove } from './stop.ts';
import { toTar } from './tar.ts';

/**
 * The one container on a host that sees all its GPUs. It is kept, and nvidia-smi is run in it: that
 * takes a tenth of the time of a container for each question.
 */
export type Probe = {
  /** Its id; null on a host that cannot hand out GPUs. Made if it is not there or does not run. */
  ensure(signal: AbortSignal): Promise<string | null>;
  remove(signal: AbortSignal): Promise<void>;
};

const RECHECK_MILLISECONDS = 60_000;
/** The first time on a host with GPUs it pulls an image. */
const FIND_LIMIT_SECONDS = 300;

export function createProbe(host: Host, image: string): Probe {
  let finding: Promise<string | null> | null = null;
  let withoutGpusUntil = 0;

  /** For all who ask meanwhile, so that one who leaves does not call it off for the others. */
  async function find(): Promise<string | null> {
    const signal = new AbortController().signal;
    const running = await findRunning(host, signal);
    if (running) return running;
    const made = await make(host, image, signal);
    // A driver may be installed later, so this is not taken as said for good.
    if (!made) withoutGpusUntil = performance.now() + RECHECK_MILLISECONDS;
    return made;
  }

  return {
    async ensure(signal) {
      if (performance.now() < withoutGpusUntil) return null;
      finding ??= find().finally(() => {
        finding = null;
      });
      const found = finding;
      return host.connection.call(signal, () => found, FIND_LIMIT_SECONDS);
    },
    async remove(signal) {
      withoutGpusUntil = 0;
      const which = { installationId: host.installationId, role: 'probe' } as const;
      for (const { Id } of await listContainers(host.connection, which, signal)) {
        await remove(host.connection, Id, signal);
      }
    },
  };
}

/** Also one that an earlier process or another of ours made; a stopped one is cleared away. */
async function findRunning(host: Host, signal: AbortSignal): Promise<string | null> {
  const which = { installationId: host.installationId, role: 'probe' } as const;
  const probes = await listContainers(host.connection, which, signal);
  for (const { Id, State } of probes) {
    if (State === 'running') return Id;
    await remove(host.connection, Id, signal);
  }
  return null;
}

/** Null where the engine has no GPU driver. That is found out before anything is pulled. */
async function make(host: Host, image: string, signal: AbortSignal): Promise<string | null> {
  const options = toProbeOptions(host, image);
  try {
    return await createAndStart(host, options, signal);
  } catch (error) {
    if (lacksGpuDriver(error)) return null;
    const running = statusOf(error) === 409 ? await findRunning(host, signal) : null;
    if (running) return running;
    if (statusOf(error) !== 404) throw error;
  }
  if (!(await canHandOutGpus(host, signal))) return null;
  const asked = { reference: image, login: await host.loginFor(image) };
  await pull(host.connection, asked, { signal, onProgress: () => undefined });
  return createAndStart(host, options, signal);
}

async function createAndStart(host: Host, options: ContainerCreateOptions, signal: AbortSignal) {
  const { docker, call } = host.connection;
  const { id } = await call(signal, (abortSignal) =>
    docker.createContainer({ ...options, abortSignal }),
  );
  try {
    await call(signal, (abortSignal) => docker.getContainer(id).start({ abortSignal }), 30);
    return id;
  } catch (error) {
    await remove(host.connection, id, signal);
    throw error;
  }
}

/**
 * Whether the engine hands out GPUs at all, asked with an image without any file in it, made here:
 * the engine looks for a driver first, and only then for the program that is not there.
 */
async function canHandOutGpus(host: Host, signal: AbortSignal): Promise<boolean> {
  if (!(await hasNothing(host.connection, signal))) await importNothing(host, signal);
  try {
    await createAndStart(host, toProbeOptions(host, NOTHING), signal);
  } catch (error) {
    if (lacksGpuDriver(error)) return false;
  }
  return true;
}

const NOTHING = 'dibs-nothing:1';

/** Imported again, it would be another image, and the one before would stay behind nameless. */
async function hasNothing({ docker, call }: Connection, signal: AbortSignal): Promise<boolean> {
  const filters = { reference: [NOTHING] };
  const found = await call(signal, (abortSignal) => docker.listImages({ filters, abortSignal }));
  return found.length > 0;
}

async function importNothing({ connection, installationId }: Host, signal: AbortSignal) {
  const { docker, call } = connection;
  const [repo, tag] = NOTHING.split(':');
  const changes = Object.entries(labelsOf(installationId, 'probe'))
    .map(([name, value]) => `LABEL ${name}=${value}`)
    .join('\n');
  await call(signal, async (abortSignal) => {
    const options = { repo, tag, changes, abortSignal };
    const progress = await docker.importImage(Readable.from([toTar([])]), options);
    await contentOf(progress as Readable, abortSignal);
  });
}

const PROBE_MEMORY_BYTES = 256 * 1024 * 1024;

function toProbeOptions({ installationId }: Host, image: string): ContainerCreateOptions {
  return {
    name: `dibs-probe-${shortened(installationId)}`,
    Image: image,
    Entrypoint: ['sleep', 'infinity'],
    Labels: labelsOf(installationId, 'probe'),
    HostConfig: {
      DeviceRequests: [{ Driver: 'nvidia', Count: -1, Capabilities: [['gpu', 'utility']] }],
      // Without the host's process ids nvidia-smi does not name processes.
      PidMode: 'host',
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Memory: PROBE_MEMORY_BYTES,
      MemorySwap: PROBE_MEMORY_BYTES,
      PidsLimit: 64,
      LogConfig: { Type: 'none', Config: {} },
    },
  };
}
