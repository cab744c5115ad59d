import type { ContainerInfo } from 'dockerode';
import type { ObservedContainer } from '../../core/ports.ts';
import { JUPYTER_PORT, SSH_PORT } from './container-spec.ts';
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
  const { url, ssh } = addressesOf(container, host);
  const isMoved = remembered.url !== url || remembered.ssh?.port !== ssh?.port;
  return remembered.state === toState(container.State) && !isMoved;
}

/** Null where it was removed since it was listed. */
async function look(host: Host, listed: ContainerInfo, signal: AbortSignal) {
  const container = await inspect(host.connection, listed.Id, signal);
  if (!container) return null;
  const sessionId = listed.Labels[SESSION_LABEL] ?? '';
  return toObserved(container, { sessionId, ...addressesOf(listed, host) });
}

function addressesOf(container: ContainerInfo, host: Host) {
  const portOf = (inside: string) => {
    const port = Number.parseInt(inside, 10);
    return container.Ports.find((each) => each.PrivatePort === port)?.PublicPort;
  };
  const sessionName = container.Labels[NAME_LABEL];
  const port = portOf(JUPYTER_PORT);
  const sshPort = portOf(SSH_PORT);
  if (toState(container.State) !== 'running' || !sessionName) return { url: null, ssh: null };
  return {
    url: port ? host.urlOf(port, sessionName) : null,
    ssh: sshPort ? { host: host.address, port: sshPort } : null,
  };
}
