import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { start } from '../../adapters/docker/start.ts';
import type { ContainerSpec, StartProgress } from '../../core/ports.ts';
import { frameOf } from './engine-answers.ts';
import { pytorch } from './facts.ts';
import { installationId, startScriptedEngine } from './scripted-engine.ts';

export const leasedUuid = 'GPU-5f1c3a52-c0de-4b1d-8a5e-000000000001';

export const sessionSpec: ContainerSpec = {
  sessionId: '0190c7a4-0000-7000-8000-000000000001',
  sessionName: 'brave-otter',
  personId: '0190c7a4-0000-7000-8000-0000000000aa',
  image: { ...pytorch, build: null },
  deviceUuids: [leasedUuid],
  share: 0.25,
  sshKeys: [{ id: 'k1', publicKey: 'ssh-ed25519 AAAA bob' }] as unknown as ContainerSpec['sshKeys'],
  check: false,
  token: 'the-secret-token',
};
/** Of the container. */
export const sessionContainer = 'dibs-brave-otter-000000000001';

/** Jupyter in the session, as far as its readiness goes; remembers what it was asked. */
async function startJupyter() {
  const asked: { url: string | undefined; authorization: string | undefined }[] = [];
  const statuses = [200];
  const server = createServer((request, response) => {
    asked.push({ url: request.url, authorization: request.headers.authorization });
    const status = statuses.length > 1 ? statuses.shift() : statuses[0];
    response.writeHead(status ?? 200, { location: '/elsewhere' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    statuses,
    port,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

export type SessionStage = Awaited<ReturnType<typeof stageSession>>;

/** An engine on which a session starts well, step by step, and what each step can be changed to. */
export async function stageSession() {
  const [engine, jupyter] = await Promise.all([startScriptedEngine(), startJupyter()]);
  const progress: StartProgress[] = [];
  engine.on(/^GET \/info/, { NCPU: 32, MemTotal: 64 * 2 ** 30, ServerVersion: '28.0' });
  engine.on(/^POST \/containers\/create/, { Id: 'c1' });
  engine.on(/^POST \/containers\/c1\/start/, { status: 204 });
  engine.on(/^GET \/containers\/c1\/json/, () => container({}));
  engine.on(/^GET \/containers\/c1\/logs/, frameOf(2, 'Killed\n'));
  engine.runs({ stdout: `GPU 0: NVIDIA A100 (UUID: ${leasedUuid})\n` });

  function container(changes: { status?: string; ports?: object; labels?: object; oom?: boolean }) {
    const { status = 'running', oom = false } = changes;
    const labels = {
      'dibs.installation': installationId,
      'dibs.role': 'session',
      'dibs.session': sessionSpec.sessionId,
    };
    const published = { '8888/tcp': [{ HostPort: String(jupyter.port) }] };
    return {
      Id: 'c1',
      State: { Status: status, ExitCode: 137, OOMKilled: oom },
      NetworkSettings: { Ports: changes.ports ?? published },
      Config: { Labels: { ...labels, ...changes.labels } },
    };
  }

  return {
    engine,
    jupyter,
    progress,
    container,
    begin: (changes: Partial<ContainerSpec> = {}, signal = new AbortController().signal) => {
      const onProgress = (one: StartProgress) => void progress.push(one);
      return start(engine.host, { ...sessionSpec, ...changes }, { onProgress, signal });
    },
    close: () => Promise.all([engine.close(), jupyter.close()]),
  };
}
