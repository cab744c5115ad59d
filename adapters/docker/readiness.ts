import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../../core/fault.ts';
import type { ContainerSpec } from '../../core/ports.ts';
import { admit } from './admission.ts';
import type { Connection } from './connection.ts';
import { inspect, logTail, toState } from './containers.ts';

export type Booting = { containerId: string; url: string; spec: ContainerSpec };

const BOOT_LIMIT_SECONDS = 180;
const POLL_MILLISECONDS = 25;
const POLLS_PER_LOOK = 40;
const ANSWER_LIMIT_MILLISECONDS = 5_000;

/**
 * Resolves when Jupyter answers the token and the container sees exactly its devices. Throws
 * container_exited, device_missing, or deadline_passed when it never answers.
 */
export async function awaitReady(connection: Connection, booting: Booting, signal: AbortSignal) {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const checks = [
    // Asked from inside: an engine may start a container without its GPUs and report no error.
    admit(connection, booting, either),
    awaitAnswer(connection, booting, either),
  ];
  try {
    await Promise.all(checks);
  } catch (error) {
    failed.abort();
    if (signal.aborted) throw new Fault('aborted', { host: connection.hostName }, error);
    // Whatever failed, that the container ended explains it better.
    await checkAlive(connection, booting.containerId, signal);
    throw error;
  }
}

/** An open port says nothing: the engine's own proxy accepts before Jupyter listens. */
async function awaitAnswer(connection: Connection, booting: Booting, signal: AbortSignal) {
  const { containerId, url, spec } = booting;
  const deadline = performance.now() + BOOT_LIMIT_SECONDS * 1000;
  for (let poll = 1; performance.now() < deadline; poll += 1) {
    if (await answers(url, spec.token, signal)) return;
    if (poll % POLLS_PER_LOOK === 0) await checkAlive(connection, containerId, signal);
    await pause(POLL_MILLISECONDS, undefined, { signal });
  }
  const host = connection.hostName;
  const detail = `${host}: no answer at ${url} within ${BOOT_LIMIT_SECONDS} s`;
  const tail = await logTail(connection, containerId, signal);
  throw new Fault('deadline_passed', { host, detail, logTail: tail });
}

async function answers(url: string, token: string, signal: AbortSignal): Promise<boolean> {
  const limit = AbortSignal.timeout(ANSWER_LIMIT_MILLISECONDS);
  try {
    const response = await fetch(`${url}api/status`, {
      headers: { Authorization: `token ${token}` },
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit]),
    });
    await response.body?.cancel();
    return response.status === 200;
  } catch (error) {
    if (signal.aborted) throw error;
    return false;
  }
}

/** Throws container_exited, with the last lines it printed, unless the container runs. */
export async function checkAlive(connection: Connection, containerId: string, signal: AbortSignal) {
  const container = await inspect(connection, containerId, signal);
  if (container && toState(container.State.Status) === 'running') return;
  const host = connection.hostName;
  if (!container) throw new Fault('container_exited', { host, detail: `${host}: it was removed` });
  const exitCode = container.State.ExitCode;
  const oom = container.State.OOMKilled ? ', out of memory' : '';
  const detail = `${host}: the container ended with exit code ${exitCode}${oom}`;
  const tail = await logTail(connection, containerId, signal);
  throw new Fault('container_exited', { host, detail, exitCode, logTail: tail });
}
