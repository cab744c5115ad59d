import { Fault } from '../../core/fault.ts';
import type { ContainerSpec, ObservedContainer } from '../../core/ports.ts';
import type { Host, World } from './world.ts';

export type Container = {
  host: Host;
  installationId: string;
  containerId: string;
  spec: ContainerSpec;
  state: 'created' | 'running' | 'exited' | 'removed';
  startedAt: Date | null;
  finishedAt: Date | null;
  exitCode: number | null;
  outOfMemory: boolean;
  /** Since when neither a person nor a process did anything in it; null: it works. */
  restingSince: Date | null;
};

/** Where one installation works: all that a call of its spawner on one host can see. */
export type Place = { world: World; host: Host; installationId: string };

/** Nothing runs yet. */
export function createContainer({ world, host, installationId }: Place, spec: ContainerSpec) {
  const container: Container = {
    host,
    installationId,
    containerId: world.newId(),
    spec,
    state: 'created',
    startedAt: null,
    finishedAt: null,
    exitCode: null,
    outOfMemory: false,
    restingSince: null,
  };
  host.containers.set(containerKey(installationId, spec.sessionId), container);
  const namesakes = world.containersByName.get(spec.sessionName) ?? new Set();
  world.containersByName.set(spec.sessionName, namesakes.add(container));
  return container;
}

/** Throws device_missing, and then the container stays `created`. */
export function runContainer(container: Container, now: Date) {
  const { host, spec } = container;
  const missing = spec.deviceUuids.find((uuid) => host.devices.get(uuid)?.lost !== false);
  if (missing)
    throw new Fault('device_missing', { host: host.name, detail: `unknown device ${missing}` });
  container.state = 'running';
  container.startedAt = now;
}

export type Exit = { at: Date; exitCode: number; outOfMemory: boolean };

export function endContainer(container: Container, { at, exitCode, outOfMemory }: Exit) {
  container.state = 'exited';
  container.finishedAt = at;
  container.exitCode = exitCode;
  container.outOfMemory = outOfMemory;
}

export function removeContainer(world: World, container: Container) {
  const { host, installationId, spec } = container;
  container.state = 'removed';
  host.containers.delete(containerKey(installationId, spec.sessionId));
  const namesakes = world.containersByName.get(spec.sessionName);
  namesakes?.delete(container);
  if (namesakes?.size === 0) world.containersByName.delete(spec.sessionName);
}

export function findContainer({ host, installationId }: Place, sessionId: string) {
  return host.containers.get(containerKey(installationId, sessionId));
}

export function toObserved(world: World, container: Container): ObservedContainer | null {
  const { containerId, state, startedAt, finishedAt, exitCode, outOfMemory } = container;
  if (state === 'removed') return null;
  const url = state === 'running' ? containerUrl(world, container) : null;
  const { sessionId } = container.spec;
  const times = { startedAt, finishedAt, exitCode, outOfMemory };
  return { sessionId, containerId, state, ...times, url, ssh: null };
}

export function containerUrl(world: World, container: Container): string {
  return `${world.origin()}/simulated/${container.spec.sessionName}/`;
}

export function isReady(world: World, container: Container): boolean {
  return container.state === 'running' && world.clock.now() >= readyAt(world, container);
}

export function readyAt(world: World, container: Container): Date {
  const startedAt = container.startedAt ?? world.clock.now();
  return new Date(startedAt.getTime() + world.bootSeconds * 1000);
}

/** Made by its first use, and kept when the container goes. */
export function volumeOf({ host, installationId, spec }: Container): Map<string, string> {
  const name = `${installationId}/${spec.personId}`;
  const volume = host.volumes.get(name) ?? new Map<string, string>();
  host.volumes.set(name, volume);
  return volume;
}

function containerKey(installationId: string, sessionId: string): string {
  return `${installationId}/${sessionId}`;
}
