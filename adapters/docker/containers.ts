import type { ContainerInspectInfo } from 'dockerode';
import type { ObservedContainer } from '../../core/ports.ts';
import type { Connection } from './connection.ts';
import { demultiplex } from './exec.ts';
import { statusOf } from './faults.ts';
import { filterFor, type Role } from './labels.ts';

/** Reads of containers, each one call. */
export function listContainers(
  { docker, call }: Connection,
  which: { installationId: string; role: Role; sessionId?: string },
  signal: AbortSignal,
) {
  const filters = filterFor(which.installationId, which.role, which.sessionId);
  return call(signal, (abortSignal) => docker.listContainers({ all: true, filters, abortSignal }));
}

/** By id or name; null where there is none. */
export async function inspect(
  { docker, call }: Connection,
  id: string,
  signal: AbortSignal,
): Promise<ContainerInspectInfo | null> {
  try {
    return await call(signal, (abortSignal) => docker.getContainer(id).inspect({ abortSignal }));
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

const LOG_LINES = 20;

/** The last lines that the container printed. */
export async function logTail({ docker, call }: Connection, id: string, signal: AbortSignal) {
  const content = await call(signal, (abortSignal) =>
    docker.getContainer(id).logs({
      follow: false,
      stdout: true,
      stderr: true,
      tail: LOG_LINES,
      abortSignal,
    }),
  );
  const { stdout, stderr } = demultiplex(content);
  return (stderr + stdout).trimEnd();
}

/**
 * The port that the engine chose on the host; it changes with every start. Null: none is published.
 */
export function publishedPort(container: ContainerInspectInfo, inside: string): number | null {
  const port = container.NetworkSettings.Ports[inside]?.[0]?.HostPort;
  return port ? Number(port) : null;
}

export function toObserved(
  container: ContainerInspectInfo,
  facts: Pick<ObservedContainer, 'sessionId' | 'url' | 'ssh'>,
): ObservedContainer {
  const state = toState(container.State.Status);
  return {
    sessionId: facts.sessionId,
    containerId: container.Id,
    state,
    startedAt: state === 'created' ? null : toInstant(container.State.StartedAt),
    finishedAt: state === 'exited' ? toInstant(container.State.FinishedAt) : null,
    exitCode: state === 'exited' ? container.State.ExitCode : null,
    outOfMemory: container.State.OOMKilled,
    url: state === 'running' ? facts.url : null,
    ssh: state === 'running' ? facts.ssh : null,
  };
}

export function toState(status: string): ObservedContainer['state'] {
  if (status === 'created') return 'created';
  return ['running', 'paused', 'restarting'].includes(status) ? 'running' : 'exited';
}

/** The engine writes the year 1 for what has not happened. */
function toInstant(text: string): Date | null {
  const at = new Date(text);
  return at.getUTCFullYear() > 1 ? at : null;
}
