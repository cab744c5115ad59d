import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../../core/fault.ts';
import type { Connection } from './connection.ts';
import { listContainers } from './containers.ts';
import { tolerating } from './faults.ts';
import type { Host } from './host.ts';

export type Stopping = { sessionId: string; graceSeconds: number };

const GONE_WITHIN_MILLISECONDS = 30_000;
const LOOK_MILLISECONDS = 100;

/** `Spawner.stop`: whatever of it another caller or the engine did already is no fault. */
export async function stop(host: Host, stopping: Stopping, signal: AbortSignal): Promise<void> {
  const { connection, installationId } = host;
  const which = { installationId, role: 'session', sessionId: stopping.sessionId } as const;
  const deadline = performance.now() + stopping.graceSeconds * 1000 + GONE_WITHIN_MILLISECONDS;
  while (performance.now() < deadline) {
    const containers = await listContainers(connection, which, signal);
    if (containers.length === 0) return;
    const seconds = stopping.graceSeconds;
    for (const { Id, State } of containers) {
      if (State === 'running' && seconds > 0) await end(connection, { Id, seconds }, signal);
      await remove(connection, Id, signal);
    }
    // Another's removal may still be under way.
    const rest = await listContainers(connection, which, signal);
    if (rest.length === 0) return;
    await pause(LOOK_MILLISECONDS, undefined, { signal }).catch(() => undefined);
  }
  const detail = `${connection.hostName}: the container would not go`;
  throw new Fault('deadline_passed', { host: connection.hostName, detail });
}

/** TERM, and KILL after the grace. Not running is 304; removed meanwhile is 404 or 409. */
function end(
  { docker, call }: Connection,
  { Id, seconds }: { Id: string; seconds: number },
  signal: AbortSignal,
) {
  const stopped = call(
    signal,
    (abortSignal) => docker.getContainer(Id).stop({ t: seconds, abortSignal }),
    seconds + 20,
  );
  return tolerating([304, 404, 409], stopped);
}

const REMOVE_LIMIT_SECONDS = 30;

/** With its nameless volumes; a person's volume has a name and stays. */
export function remove({ docker, call }: Connection, id: string, signal: AbortSignal) {
  const options = { force: true, v: true };
  const removed = call(
    signal,
    (abortSignal) => docker.getContainer(id).remove({ ...options, abortSignal }),
    REMOVE_LIMIT_SECONDS,
  );
  return tolerating([404, 409], removed);
}
