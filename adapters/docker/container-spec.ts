import type { ContainerCreateOptions, DeviceRequest, HostConfig } from 'dockerode';
import type { ContainerSpec } from '../../core/ports.ts';
import { labelsOf, NAME_LABEL, SESSION_LABEL, shortened } from './labels.ts';

/** What a container's limits are a share of, and where its port is published. */
export type HostFacts = {
  installationId: string;
  cpus: number;
  memoryBytes: number;
  /** The host's address that published ports are bound to. */
  bindAddress: string;
};

export const JUPYTER_PORT = '8888/tcp';
export const SSH_PORT = '2222/tcp';
export const PERSON_UID = 1000;
/** Of what we run in a session ourselves: nothing that a person has in ~/.local/bin. */
export const SYSTEM_PATH =
  '/usr/local/nvidia/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const HOST_PIDS = 32_768;
const LEAST_PIDS = 512;

/** The container's name: unique for the session, so that a second create of it is refused. */
export function containerName(spec: Pick<ContainerSpec, 'sessionId' | 'sessionName'>): string {
  return `dibs-${spec.sessionName}-${shortened(spec.sessionId)}`;
}

export function basePath(sessionName: string): string {
  return `/s/${sessionName}/`;
}

export function toCreateOptions(spec: ContainerSpec, host: HostFacts): ContainerCreateOptions {
  return {
    name: containerName(spec),
    Image: spec.image.reference,
    Hostname: spec.sessionName,
    User: `${PERSON_UID}:${PERSON_UID}`,
    WorkingDir: '/workspace',
    Env: toEnvironment(spec),
    Labels: {
      ...labelsOf(host.installationId, 'session'),
      [SESSION_LABEL]: spec.sessionId,
      [NAME_LABEL]: spec.sessionName,
      'dibs.person': spec.personId,
    },
    // Without ExposedPorts the binding publishes nothing, and says nothing.
    ExposedPorts: { [JUPYTER_PORT]: {} },
    HostConfig: { ...confinement, ...toLimits(spec, host), ...toOutside(spec, host) },
  };
}

const confinement: HostConfig = {
  // As first process, an init reaps zombies and hands TERM on.
  Init: true,
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges'],
  LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
};

/**
 * Images based on CUDA's ask for all GPUs by environment, which an engine whose default runtime is
 * NVIDIA's obeys. `void` asks for none; a device request overrules it.
 */
function toEnvironment(spec: ContainerSpec): string[] {
  const always = `DIBS_BASE_URL=${basePath(spec.sessionName)}`;
  return spec.deviceUuids.length > 0 ? [always] : [always, 'NVIDIA_VISIBLE_DEVICES=void'];
}

function toLimits({ share }: ContainerSpec, host: HostFacts): HostConfig {
  const memory = Math.floor(host.memoryBytes * share);
  return {
    Memory: memory,
    MemorySwap: memory,
    // The default of 64 MB kills PyTorch's data loaders.
    ShmSize: Math.floor(memory / 2),
    NanoCpus: Math.max(1, Math.round(host.cpus * share * 100)) * 10_000_000,
    PidsLimit: Math.max(LEAST_PIDS, Math.floor(HOST_PIDS * share)),
  };
}

function toOutside(spec: ContainerSpec, host: HostFacts): HostConfig {
  return {
    // The place of token and keys: in memory, and the session's user's alone.
    Tmpfs: {
      '/run/dibs': `rw,noexec,nosuid,nodev,size=256k,mode=0700,uid=${PERSON_UID},gid=${PERSON_UID}`,
    },
    // That of SSH only where the image exposes it: a binding alone publishes nothing.
    PortBindings: {
      [JUPYTER_PORT]: [{ HostIp: host.bindAddress, HostPort: '0' }],
      [SSH_PORT]: [{ HostIp: host.bindAddress, HostPort: '0' }],
    },
    Mounts: [
      {
        Type: 'volume',
        Source: `dibs-${shortened(host.installationId)}-${spec.personId}`,
        Target: '/workspace',
        VolumeOptions: {
          NoCopy: false,
          Labels: {
            ...labelsOf(host.installationId, 'workspace'),
            'dibs.person': spec.personId,
          },
          DriverConfig: { Name: 'local', Options: {} },
        },
      },
    ],
    ...toDevices(spec.deviceUuids),
  };
}

/**
 * One request, as the engine heeds the last only; and none at all without devices, as an empty list
 * of devices starts without any GPU and without an error.
 */
function toDevices(uuids: readonly string[]): HostConfig {
  if (uuids.length === 0) return {};
  const request: DeviceRequest = {
    Driver: 'nvidia',
    DeviceIDs: [...uuids],
    // Without `utility` there is no nvidia-smi inside.
    Capabilities: [['gpu', 'utility', 'compute']],
  };
  return { DeviceRequests: [request] };
}
