import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { createConnection } from '../../adapters/docker/connection.ts';
import { exec } from '../../adapters/docker/exec.ts';
import { createDockerSpawner } from '../../adapters/docker/spawner.ts';
import type { SpawnerHarness } from '../contract/spawner-harness.ts';
import { startEngineProxy } from '../support/engine-proxy.ts';
import { IMAGES } from '../support/images-folder.ts';
import type { EngineHost } from '../support/real-host.ts';

/** A spawner's options for a host; each call is another installation unless one is given. */
export function optionsFor(host: EngineHost, installationId: string = randomUUID()) {
  const { name: hostName, connection, address, bindAddress, probeImage } = host;
  const options = { hostName, connection, address, bindAddress, probeImage };
  return { ...options, installationId, imagesFolder: IMAGES, loginFor: async () => null };
}

export async function createDockerHarness(host: EngineHost): Promise<SpawnerHarness> {
  const proxy = await startEngineProxy(host.connection);
  const installationId = randomUUID();
  const connection = { socketPath: proxy.socketPath };
  const open = (installation: string) =>
    createDockerSpawner({ ...optionsFor(host, installation), connection });
  return {
    createSpawner: () => open(installationId),
    createForeignSpawner: () => open(randomUUID()),
    image: host.image,
    deviceUuids: host.gpus.map((gpu) => gpu.uuid),
    fetchStatus,
    ...createInside(host),
    disconnect: proxy.disconnect,
    reconnect: proxy.reconnect,
    async failNextStart(detail) {
      proxy.refuseNextStart(`OCI runtime create failed: stderr:\nnvidia-container-cli: ${detail}`);
    },
    close: proxy.disconnect,
  };
}

export async function fetchStatus(url: string, token: string | null): Promise<number> {
  const headers: Record<string, string> = token ? { Authorization: `token ${token}` } : {};
  const response = await fetch(`${url}api/status`, { headers, redirect: 'manual' });
  await response.body?.cancel();
  return response.status;
}

/** What a program inside a session's container does and sees. */
export function createInside(host: EngineHost) {
  const connection = createConnection(host.name, host.connection);
  const run = async (sessionId: string, command: readonly string[]) => {
    const id = await containerOf(host.docker, sessionId);
    return exec(connection, { id, command, limitSeconds: 20 }, AbortSignal.timeout(20_000));
  };
  return {
    run,
    async devicesSeenBy(sessionId: string) {
      const { stdout } = await run(sessionId, ['nvidia-smi', '-L']);
      return [...stdout.matchAll(/UUID: (\S+)\)/g)].map((match) => match[1] ?? '');
    },
    async writeFile(sessionId: string, name: string, text: string) {
      const script = 'printf %s "$2" > "/workspace/$1"';
      const { exitCode, stderr } = await run(sessionId, ['sh', '-c', script, 'sh', name, text]);
      if (exitCode !== 0) throw new Error(stderr);
    },
    async readFile(sessionId: string, name: string) {
      const { exitCode, stdout } = await run(sessionId, ['cat', `/workspace/${name}`]);
      return exitCode === 0 ? stdout : null;
    },
    async keysOf(sessionId: string) {
      const { stdout } = await run(sessionId, ['cat', '/run/dibs/authorized_keys']);
      return stdout.split('\n').filter((line) => line !== '');
    },
    /** KILL, and the init passes it on as 128 + 9. */
    async crash(sessionId: string) {
      await run(sessionId, ['pkill', '-KILL', '--oldest', 'jupyter']);
      return 137;
    },
  };
}

export async function containerOf(docker: Docker, sessionId: string): Promise<string> {
  const filters = { label: [`dibs.session=${sessionId}`] };
  const [container] = await docker.listContainers({ all: true, filters });
  if (!container) throw new Error(`no container of session ${sessionId}`);
  return container.Id;
}
