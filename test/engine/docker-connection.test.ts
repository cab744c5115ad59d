import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConnectionOptions } from '../../adapters/docker/connection.ts';
import { createDockerSpawner } from '../../adapters/docker/spawner.ts';
import { faultOf, never } from '../contract/spawner-harness.ts';
import { type GpuHost, startGpuHost } from '../support/gpu-host.ts';
import { containerOf, fetchStatus, optionsFor } from './docker-harness.ts';

const a100 = { model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 };
let host: GpuHost;

beforeAll(async () => {
  host = await startGpuHost({ gpus: [a100, a100] });
});

afterAll(async () => {
  await host?.stop();
});

async function observeBy(connection: ConnectionOptions) {
  const spawner = createDockerSpawner({ ...optionsFor(host), connection });
  const caught = await faultOf(spawner.observe(never));
  await spawner.close();
  return caught;
}

test('an engine is reached over TLS with a client certificate', async () => {
  const spawner = createDockerSpawner({ ...optionsFor(host), connection: host.tcp });
  const spec = {
    sessionId: randomUUID(),
    sessionName: 'swift-lynx',
    personId: randomUUID(),
    image: host.image,
    deviceUuids: [host.gpus[1]?.uuid ?? ''],
    share: 0.5,
    sshKeys: [],
    check: false,
    token: randomUUID(),
  };
  const { url } = await spawner.start(spec, () => undefined, never);
  expect(await fetchStatus(url, spec.token)).toBe(200);
  await spawner.stop(spec.sessionId, 0, never);
  await spawner.close();
});

test("an engine that shows another authority's certificate is not talked to", async () => {
  const { code, fault } = await observeBy({ ...host.tcp, ca: host.tcp.cert });
  expect(code).toBe('host_unreachable');
  expect(fault.facts.detail).toMatch(/^engine: TLS was refused/);
});

test('a port where nothing listens is an unreachable host', async () => {
  const { code, fault } = await observeBy({ ...host.tcp, port: 1 });
  expect(code).toBe('host_unreachable');
  expect(fault.facts.detail).toContain('is Docker running?');
});

test('a socket that is not there is an unreachable host', async () => {
  const { code, fault } = await observeBy({ socketPath: '/nowhere/docker.sock' });
  expect(code).toBe('host_unreachable');
  expect(fault.facts.detail).toContain('is Docker running?');
});

test('an engine that accepts and never answers is unreachable within the limit', async () => {
  await host.pause();
  const began = performance.now();
  const faults = await Promise.all([observeBy(host.connection), observeBy(host.tcp)]).finally(
    host.resume,
  );
  expect(faults.map(({ code }) => code)).toEqual(['host_unreachable', 'host_unreachable']);
  expect(faults[0]?.fault.facts.detail).toContain('no answer within 10 s');
  expect(performance.now() - began).toBeLessThan(12_000);
});

test('the engine shows no token to whoever may inspect', async () => {
  const spawner = createDockerSpawner(optionsFor(host));
  const token = `secret-${randomUUID()}`;
  const spec = {
    sessionId: randomUUID(),
    sessionName: 'quiet-moth',
    personId: randomUUID(),
    image: host.image,
    deviceUuids: [],
    share: 0.5,
    sshKeys: [],
    check: false,
    token,
  };
  await spawner.start(spec, () => undefined, never);
  const container = host.docker.getContainer(await containerOf(host.docker, spec.sessionId));
  const shown = JSON.stringify([await container.inspect(), await container.top()]);
  expect(shown).toContain('quiet-moth');
  expect(shown).not.toContain(token);
  const printed = await container.logs({ stdout: true, stderr: true, follow: false });
  expect(printed.toString()).not.toContain(token);
  await spawner.stop(spec.sessionId, 0, never);
  await spawner.close();
});
