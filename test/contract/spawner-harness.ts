import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { FaultCode } from '../../core/fault.ts';
import { Fault } from '../../core/fault.ts';
import type { ContainerSpec, Image, Spawner, StartProgress } from '../../core/ports.ts';

/** One host with at least two devices, and what a suite does to it from outside the port. */
export type SpawnerHarness = {
  /** A spawner of the installation under test. Each call is what a restarted process has. */
  createSpawner(): Spawner;
  /** The same host seen by another installation. */
  createForeignSpawner(): Spawner;
  /** Present on the host, or made there by the first start. */
  image: Image;
  /** UUIDs of the host's devices, at least two. */
  deviceUuids: readonly string[];
  /** The HTTP status that `{url}api/status` answers; null: sent without a token. */
  fetchStatus(url: string, token: string | null): Promise<number>;
  /** UUIDs that a program inside the session's container can see. */
  devicesSeenBy(sessionId: string): Promise<string[]>;
  /** As the session's person, below /workspace. */
  writeFile(sessionId: string, name: string, text: string): Promise<void>;
  /** Null where there is no such file. */
  readFile(sessionId: string, name: string): Promise<string | null>;
  /** What opens its SSH now, a line each; null where nothing listens for SSH. */
  keysOf(sessionId: string): Promise<string[] | null>;
  /** Ends the container's first program. Resolves with the exit code that must be observed. */
  crash(sessionId: string): Promise<number>;
  /** The host stops answering at all; whatever runs on it runs on. */
  disconnect(): Promise<void>;
  reconnect(): Promise<void>;
  /** The next start finds a broken GPU driver that says this. */
  failNextStart(detail: string): Promise<void>;
  /** Leaves the host without containers of any test. */
  close(): Promise<void>;
};

/** What the tests of one suite share: the host, and the spawners to close at its end. */
export type Bench = { harness(): SpawnerHarness; spawners: Spawner[] };

export const never = new AbortController().signal;

export function open(bench: Bench): Spawner {
  const spawner = bench.harness().createSpawner();
  bench.spawners.push(spawner);
  return spawner;
}

export function openForeign(bench: Bench): Spawner {
  const spawner = bench.harness().createForeignSpawner();
  bench.spawners.push(spawner);
  return spawner;
}

export function specFor(bench: Bench, facts: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    sessionId: randomUUID(),
    sessionName: 'brave-otter',
    personId: randomUUID(),
    image: bench.harness().image,
    deviceUuids: [],
    share: 0.5,
    sshKeys: [],
    check: false,
    token: randomUUID(),
    ...facts,
  };
}

export function start(spawner: Spawner, spec: ContainerSpec, seen: StartProgress[] = []) {
  return spawner.start(spec, (progress) => seen.push(progress), never);
}

export async function observed(spawner: Spawner, sessionId: string) {
  const all = await spawner.observe(never);
  return all.filter((container) => container.sessionId === sessionId);
}

export async function faultOf(work: Promise<unknown>): Promise<{ code: FaultCode; fault: Fault }> {
  const outcome = await work.then(
    () => null,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(Fault);
  const fault = outcome as Fault;
  return { code: fault.code, fault };
}

export async function until(
  what: () => Promise<boolean>,
  limitMilliseconds = 10_000,
): Promise<void> {
  const deadline = performance.now() + limitMilliseconds;
  while (!(await what())) {
    if (performance.now() > deadline) throw new Error(`not so within ${limitMilliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function startCalledOffAt(
  stage: StartProgress['stage'],
  spawner: Spawner,
  spec: ContainerSpec,
) {
  const control = new AbortController();
  const onProgress = (progress: StartProgress) => {
    if (progress.stage === stage) control.abort();
  };
  return spawner.start(spec, onProgress, control.signal);
}
