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
