import type { ContainerInspectInfo } from 'dockerode';
import { Fault } from '../../core/fault.ts';
import type { ContainerSpec, StartedContainer } from '../../core/ports.ts';
import type { Connection } from './connection.ts';
import { containerName, JUPYTER_PORT, SSH_PORT, toCreateOptions } from './container-spec.ts';
import { inspect, publishedPort } from './containers.ts';
import { statusOf, tolerating } from './faults.ts';
import type { Host } from './host.ts';
import type { Watch } from './image-fetch.ts';
import { labelsOf, SESSION_LABEL } from './labels.ts';
import { awaitReady, checkAlive } from './readiness.ts';
import { checkImage } from './smoke.ts';

const START_LIMIT_SECONDS = 60;

/** `Spawner.start`: each step finds itself done, half done or not begun. */
export async function start(
  host: Host,
  spec: ContainerSpec,
  watch: Watch,
): Promise<StartedContainer> {
  const { connection } = host;
  const containerId = await findOrCreate(host, spec, watch);
  watch.onProgress({ stage: 'creating' });
  checkNotAborted(connection, watch.signal);
  await run(connection, containerId, watch.signal);
  const container = await inspect(connection, containerId, watch.signal);
  const port = container && publishedPort(container, JUPYTER_PORT);
  if (!port) {
    await checkAlive(connection, containerId, watch.signal);
    const detail = `${host.connection.hostName}: the engine published no port`;
    throw new Fault('engine_refused', { host: connection.hostName, detail });
  }
  const url = host.urlOf(port, spec.sessionName);
  watch.onProgress({ stage: 'booting' });
  await awaitReady(connection, { containerId, url, spec }, watch.signal);
  const sshPort = publishedPort(container, SSH_PORT);
  const ssh = sshPort === null ? null : { host: host.address, port: sshPort };
  if (!spec.check) return { containerId, url, ssh, verdict: null };
  watch.onProgress({ stage: 'checking' });
  const verdict = await checkImage(connection, containerId, watch.signal);
  return { containerId, url, ssh, verdict };
}

/** Creates first and looks afterwards: on the usual path that saves every other question. */
async function findOrCreate(host: Host, spec: ContainerSpec, watch: Watch): Promise<string> {
  const { connection } = host;
  const options = toCreateOptions(spec, await host.facts(watch.signal));
  // Not aborted halfway: the engine would create it after `stop` found nothing to remove.
  const create = () =>
    connection.call(new AbortController().signal, (abortSignal) =>
      connection.docker.createContainer({ ...options, abortSignal }),
    );
  let fetched = false;
  for (;;) {
    checkNotAborted(connection, watch.signal);
    try {
      return (await create()).id;
    } catch (error) {
      if (statusOf(error) === 409) return findNamed(host, spec, { error, signal: watch.signal });
      if (statusOf(error) !== 404 || fetched) throw error;
    }
    // The fetch that it awaited may have failed or been called off: then the next is its own.
    fetched = (await host.fetchImage(spec.image, watch)) === 'fetched';
  }
}

/** The container with this session's name, if it is this session's indeed. */
async function findNamed(
  host: Host,
  spec: ContainerSpec,
  refused: { error: unknown; signal: AbortSignal },
): Promise<string> {
  const container = await inspect(host.connection, containerName(spec), refused.signal);
  if (!container || !isOf(container, host.installationId, spec.sessionId)) throw refused.error;
  return container.Id;
}

function isOf(container: ContainerInspectInfo, installationId: string, sessionId: string): boolean {
  const ours = { ...labelsOf(installationId, 'session'), [SESSION_LABEL]: sessionId };
  return Object.entries(ours).every(([name, value]) => container.Config.Labels[name] === value);
}

function run({ docker, call }: Connection, id: string, signal: AbortSignal): Promise<void> {
  const started = call(
    signal,
    (abortSignal) => docker.getContainer(id).start({ abortSignal }),
    START_LIMIT_SECONDS,
  );
  return tolerating([304], started);
}

function checkNotAborted({ hostName }: Connection, signal: AbortSignal): void {
  if (signal.aborted) throw new Fault('aborted', { host: hostName });
}
