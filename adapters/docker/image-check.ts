import { setTimeout as pause } from 'node:timers/promises';
import type { ContainerCreateOptions } from 'dockerode';
import { Fault } from '../../core/fault.ts';
import type { Verdict } from '../../core/ports.ts';
import type { Connection } from './connection.ts';
import { inspect, logTail, toState } from './containers.ts';
import { lacksGpuDriver, statusOf } from './faults.ts';
import { parseVerdict } from './smoke.ts';
import { remove } from './stop.ts';

const LIMIT_SECONDS = 300;
const POLL_MILLISECONDS = 200;
const START_LIMIT_SECONDS = 60;

/**
 * Runs an image's `dibs-smoke` in a container of its own, on all GPUs of the host if it has any.
 * Throws image_missing where the engine does not have the image, and engine_refused where it
 * printed no verdict.
 */
export async function checkImageAlone(
  connection: Connection,
  reference: string,
  signal: AbortSignal,
): Promise<Verdict> {
  const onGpus = await run(connection, toOptions(reference, true), signal);
  const printed = onGpus ?? (await run(connection, toOptions(reference, false), signal));
  const found = parseVerdict(printed ?? '');
  if (found) return found;
  const detail = `${connection.hostName}: dibs-smoke of ${reference} printed no verdict`;
  throw new Fault('engine_refused', { detail, logTail: printed ?? '' });
}

function toOptions(reference: string, withGpus: boolean): ContainerCreateOptions {
  const all = { Driver: 'nvidia', Count: -1, Capabilities: [['gpu', 'utility', 'compute']] };
  return {
    Image: reference,
    Labels: { 'dibs.role': 'check' },
    Entrypoint: ['dibs-smoke'],
    HostConfig: {
      Init: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ShmSize: 2 ** 30,
      ...(withGpus ? { DeviceRequests: [all] } : {}),
    },
  };
}

/** What it printed; null where the engine has no GPU driver to give it. */
async function run(
  connection: Connection,
  options: ContainerCreateOptions,
  signal: AbortSignal,
): Promise<string | null> {
  const id = await create(connection, options, signal);
  try {
    await connection.call(
      signal,
      (abortSignal) => connection.docker.getContainer(id).start({ abortSignal }),
      START_LIMIT_SECONDS,
    );
    await ended(connection, id, signal);
    return await logTail(connection, id, signal);
  } catch (error) {
    if (lacksGpuDriver(error)) return null;
    throw error;
  } finally {
    await remove(connection, id, AbortSignal.timeout(START_LIMIT_SECONDS * 1000));
  }
}

async function create(
  { docker, call, hostName }: Connection,
  options: ContainerCreateOptions,
  signal: AbortSignal,
): Promise<string> {
  try {
    const create = (abortSignal: AbortSignal) =>
      docker.createContainer({ ...options, abortSignal });
    return (await call(signal, create)).id;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    const detail = `${hostName}: ${options.Image} is not there`;
    throw new Fault('image_missing', { host: hostName, detail }, error);
  }
}

/** Looked for again and again: a wait is not answered any more once the engine was restarted. */
async function ended(connection: Connection, id: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + LIMIT_SECONDS * 1000;
  while (performance.now() < deadline) {
    const container = await inspect(connection, id, signal);
    if (!container || toState(container.State.Status) === 'exited') return;
    await pause(POLL_MILLISECONDS, undefined, { signal });
  }
  const detail = `${connection.hostName}: dibs-smoke did not end within ${LIMIT_SECONDS} s`;
  throw new Fault('deadline_passed', { host: connection.hostName, detail });
}
