import { randomUUID } from 'node:crypto';
import type { ContainerCreateOptions } from 'dockerode';
import { demultiplex } from '../../adapters/docker/exec.ts';
import { createDockerSpawner } from '../../adapters/docker/spawner.ts';
import type { ContainerSpec, StartedContainer } from '../../core/ports.ts';
import { never } from '../contract/spawner-harness.ts';
import { type GpuHost, startGpuHost } from '../support/gpu-host.ts';
import { createJupyterClient } from '../support/jupyter-client.ts';
import { createInside, optionsFor } from './docker-harness.ts';

const a100 = { model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 };

export type Session = StartedContainer & {
  spec: ContainerSpec;
  ssh: { host: string; port: number };
};

export type SessionHost = Awaited<ReturnType<typeof openSessionHost>>;

/** An engine, and on it sessions as the adapter starts them, or their image alone. */
export async function openSessionHost() {
  const host = await startGpuHost({ gpus: [a100] });
  const spawner = createDockerSpawner(optionsFor(host));
  const inside = createInside(host);
  return {
    host,
    spawner,
    async start(facts: Partial<ContainerSpec> = {}): Promise<Session> {
      const spec = { ...specOn(host), ...facts };
      const started = await spawner.start(spec, () => undefined, never);
      if (!started.ssh) throw new Error('the session has no SSH');
      return { ...started, spec, ssh: started.ssh };
    },
    stop: ({ spec }: Session) => spawner.stop(spec.sessionId, 10, never),
    /** As the session's person, by the shell. */
    run: ({ spec }: Session, script: string) => inside.run(spec.sessionId, ['bash', '-c', script]),
    jupyter: ({ url, spec }: Session) =>
      createJupyterClient(url, { Authorization: `token ${spec.token}` }),
    /** The image by `docker run`, with nothing that Dibs gives to a container. */
    async runPlain(options: Omit<ContainerCreateOptions, 'Image'> = {}) {
      const container = await host.docker.createContainer({
        Image: host.image.reference,
        ...options,
      });
      await container.start();
      return container;
    },
    async logsOf(containerId: string): Promise<string> {
      const options = { stdout: true, stderr: true } as const;
      const { stdout, stderr } = demultiplex(
        await host.docker.getContainer(containerId).logs(options),
      );
      return stdout + stderr;
    },
    async close() {
      for (const { sessionId } of await spawner.observe(never)) {
        await spawner.stop(sessionId, 0, never);
      }
      await spawner.close();
      await host.stop();
    },
  };
}

function specOn(host: GpuHost): ContainerSpec {
  return {
    sessionId: randomUUID(),
    sessionName: `otter-${randomUUID().slice(0, 8)}`,
    personId: randomUUID(),
    image: host.image,
    deviceUuids: [],
    share: 0.5,
    token: randomUUID(),
    sshKeys: [],
    check: false,
  };
}
