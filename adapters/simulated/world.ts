import { createHash } from 'node:crypto';

import { assert } from '../../core/assert.ts';
import type { Fault } from '../../core/fault.ts';
import type { Clock, NewId } from '../../core/ports.ts';
import type { Container } from './container.ts';

export type HostOptions = {
  name: string;
  devices: readonly { model: string; memoryMib: number }[];
  cpus?: number;
  memoryBytes?: number;
  driver?: string;
  cuda?: string;
};

export type Device = {
  uuid: string;
  index: number;
  model: string;
  memoryMib: number;
  lost: boolean;
  leftoverMib: number;
};

export type Host = {
  name: string;
  driver: string;
  cuda: string;
  cpus: number;
  memoryBytes: number;
  devices: Map<string, Device>;
  /** By installation and session, as `containerKey` writes it. */
  containers: Map<string, Container>;
  /** References of the images that are on the host. */
  images: Set<string>;
  /** When the pull or build of an image began. It goes on when its caller leaves. */
  pulls: Map<string, Date>;
  pullSeconds: number;
  /** Files by path, for each volume: one for each person of an installation. */
  volumes: Map<string, Map<string, string>>;
  reachable: boolean;
  /** What the next starts fail with, first come first. */
  failures: Fault[];
};

export type World = {
  clock: Clock;
  newId: NewId;
  origin: () => string;
  bootSeconds: number;
  deadlineSeconds: number;
  hosts: Map<string, Host>;
  /** Over all hosts: a page's address has the session's name alone, and its token decides. */
  containersByName: Map<string, Set<Container>>;
};

type WorldOptions = Omit<World, 'hosts' | 'containersByName'> & {
  hosts: readonly HostOptions[];
  pullSeconds: number;
};

export function createWorld({ hosts, pullSeconds, ...rest }: WorldOptions): World {
  const created = hosts.map((options) => createHost(options, pullSeconds));
  const byName = new Map(created.map((host) => [host.name, host]));
  assert(byName.size === hosts.length, 'simulated hosts have different names');
  return { ...rest, hosts: byName, containersByName: new Map() };
}

export function hostNamed(world: World, name: string): Host {
  const host = world.hosts.get(name);
  assert(host, `the simulated fleet has no host ${name}`);
  return host;
}

function createHost(options: HostOptions, pullSeconds: number): Host {
  const devices = options.devices.map((device, index) => ({
    uuid: deviceUuid(options.name, index),
    index,
    model: device.model,
    memoryMib: device.memoryMib,
    lost: false,
    leftoverMib: 0,
  }));
  return {
    name: options.name,
    driver: options.driver ?? '580.82.07',
    cuda: options.cuda ?? '13.0',
    cpus: options.cpus ?? 64,
    memoryBytes: options.memoryBytes ?? 512 * 2 ** 30,
    devices: new Map(devices.map((device) => [device.uuid, device])),
    containers: new Map(),
    images: new Set(),
    pulls: new Map(),
    pullSeconds,
    volumes: new Map(),
    reachable: true,
    failures: [],
  };
}

/** The same after a restart, as on a real host: leases refer to it. */
function deviceUuid(hostName: string, index: number): string {
  const digest = createHash('sha256').update(`${hostName}/${index}`).digest('hex');
  return `GPU-${digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')}`;
}
