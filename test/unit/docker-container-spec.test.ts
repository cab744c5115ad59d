import { expect, test } from 'vitest';
import { containerName, toCreateOptions } from '../../adapters/docker/container-spec.ts';
import type { ContainerSpec } from '../../core/ports.ts';
import { pytorch } from '../support/facts.ts';

const host = {
  installationId: '0190c7a4-0000-7000-8000-00000000abcd',
  cpus: 32,
  memoryBytes: 64 * 2 ** 30,
  bindAddress: '127.0.0.1',
};

function specWith(facts: Partial<ContainerSpec>): ContainerSpec {
  return {
    sessionId: '0190c7a4-0000-7000-8000-000000000001',
    sessionName: 'brave-otter',
    personId: '0190c7a4-0000-7000-8000-0000000000aa',
    image: pytorch,
    deviceUuids: [],
    share: 0.25,
    sshKeys: [],
    check: false,
    token: 'the-secret-token',
    ...facts,
  };
}

test('devices go into one request by UUID, with nvidia-smi', () => {
  const { HostConfig, Env } = toCreateOptions(specWith({ deviceUuids: ['GPU-a', 'GPU-b'] }), host);
  expect(HostConfig?.DeviceRequests).toEqual([
    {
      Driver: 'nvidia',
      DeviceIDs: ['GPU-a', 'GPU-b'],
      Capabilities: [['gpu', 'utility', 'compute']],
    },
  ]);
  expect(Env).not.toContain('NVIDIA_VISIBLE_DEVICES=void');
});

test('without devices there is no request, and the default runtime is told to give none', () => {
  const { HostConfig, Env } = toCreateOptions(specWith({}), host);
  expect(HostConfig).not.toHaveProperty('DeviceRequests');
  expect(Env).toContain('NVIDIA_VISIBLE_DEVICES=void');
});

test('the limits are the share of the host, with half the memory for data loaders', () => {
  const { HostConfig } = toCreateOptions(specWith({ share: 0.25 }), host);
  expect(HostConfig).toMatchObject({
    Memory: 16 * 2 ** 30,
    MemorySwap: 16 * 2 ** 30,
    ShmSize: 8 * 2 ** 30,
    NanoCpus: 8_000_000_000,
    PidsLimit: 8192,
  });
});

test('the session runs as nobody in particular', () => {
  const options = toCreateOptions(specWith({}), host);
  expect(options.User).toBe('1000:1000');
  expect(options.HostConfig).toMatchObject({
    Init: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
  });
});

test('the port is exposed and published on the address we bind', () => {
  const { ExposedPorts, HostConfig } = toCreateOptions(specWith({}), host);
  expect(ExposedPorts).toEqual({ '8888/tcp': {} });
  expect(HostConfig?.PortBindings).toEqual({
    '8888/tcp': [{ HostIp: '127.0.0.1', HostPort: '0' }],
    '2222/tcp': [{ HostIp: '127.0.0.1', HostPort: '0' }],
  });
});

test('the token is nowhere in what the engine shows', () => {
  expect(JSON.stringify(toCreateOptions(specWith({}), host))).not.toContain('the-secret-token');
});

test('sessions of one name begun in the same minute have containers of different names', () => {
  const first = specWith({ sessionId: '0190c7a4-0000-7000-8000-000000000001' });
  const second = specWith({ sessionId: '0190c7a4-0000-7000-8000-000000000002' });
  expect(containerName(first)).not.toBe(containerName(second));
});

test('a session is known by its labels, works in its person’s volume and keeps its log short', () => {
  const { Labels, Env, HostConfig, ...options } = toCreateOptions(specWith({}), host);
  expect(options).toMatchObject({
    name: 'dibs-brave-otter-000000000001',
    Image: pytorch.reference,
    Hostname: 'brave-otter',
    WorkingDir: '/workspace',
  });
  const installation = { 'dibs.installation': host.installationId };
  const person = { 'dibs.person': '0190c7a4-0000-7000-8000-0000000000aa' };
  expect(Labels).toEqual({
    ...{ ...installation, ...person, 'dibs.role': 'session' },
    ...{ 'dibs.session': '0190c7a4-0000-7000-8000-000000000001', 'dibs.name': 'brave-otter' },
  });
  expect(Env).toEqual(['DIBS_BASE_URL=/s/brave-otter/', 'NVIDIA_VISIBLE_DEVICES=void']);
  expect(HostConfig?.LogConfig).toEqual({
    Type: 'json-file',
    Config: { 'max-size': '10m', 'max-file': '2' },
  });
  expect(HostConfig?.Tmpfs).toEqual({
    '/run/dibs': 'rw,noexec,nosuid,nodev,size=256k,mode=0700,uid=1000,gid=1000',
  });
  expect(HostConfig?.Mounts).toEqual([
    {
      Type: 'volume',
      Source: 'dibs-00000000abcd-0190c7a4-0000-7000-8000-0000000000aa',
      Target: '/workspace',
      VolumeOptions: {
        NoCopy: false,
        Labels: { ...installation, ...person, 'dibs.role': 'workspace' },
        DriverConfig: { Name: 'local', Options: {} },
      },
    },
  ]);
});

test('the least share of a host still has a hundredth of a processor and 512 processes', () => {
  const { HostConfig } = toCreateOptions(specWith({ share: 1 / 10_000 }), host);
  expect(HostConfig).toMatchObject({ NanoCpus: 10_000_000, PidsLimit: 512 });
  const odd = toCreateOptions(specWith({ share: 1 / 3 }), { ...host, memoryBytes: 100 });
  expect(odd.HostConfig).toMatchObject({
    Memory: 33,
    ShmSize: 16,
    NanoCpus: 10_670_000_000,
    PidsLimit: 10_922,
  });
});
