import type { ContainerInfo } from 'dockerode';
import type { ObservedContainer } from '../../core/ports.ts';
import { JUPYTER_PORT } from './container-spec.ts';
import { inspect, listContainers, toObserved, toState } from './containers.ts';
import type { Host } from './host.ts';
import { NAME_LABEL, SESSION_LABEL } from './labels.ts';

/**
 * `Spawner.observe`: one list call, and an inspect for each container whose state is new to us, as
 * the list tells neither instants nor exit codes.
 */
export function createObserver(host: Host): (signal: AbortSignal) => Promise<ObservedContainer[]> {
  let known = new Map<string, ObservedContainer>();
  return async (signal) => {
    const { connection, installationId } = host;
    const listed = await listContainers(connection, { installationId, role: 'session' }, signal);
    const observed = await Promise.all(
      listed.map((container) => {
        const remembered = known.get(container.Id);
        if (remembered && isSame(remembered, container, host)) return remembered;
        return look(host, container, signal);
      }),
    );
    const present = observed.filter((container) => container !== null);
    known = new Map(present.map((container) => [container.containerId, container]));
    return present;
  };
}

function isSame(remembered: ObservedContainer, container: ContainerInfo, host: Host): boolean {
  return remembered.state === toState(container.State) && remembered.url === urlOf(container, host);
}

/** Null where it was removed since it was listed. */
async function look(host: Host, listed: ContainerInfo, signal: AbortSignal) {
  const container = await inspect(host.connection, listed.Id, signal);
  if (!container) return null;
  const sessionId = listed.Labels[SESSION_LABEL] ?? '';
  return toObserved(container, { sessionId, url: urlOf(listed, host) });
}

function urlOf(container: ContainerInfo, host: Host): string | null {
  if (toState(container.State) !== 'running') return null;
  const inside = Number.parseInt(JUPYTER_PORT, 10);
  const port = container.Ports.find((each) => each.PrivatePort === inside)?.PublicPort;
  const sessionName = container.Labels[NAME_LABEL];
  return port && sessionName ? host.urlOf(port, sessionName) : null;
}
