import type {
  Account,
  Device,
  Hold,
  Host,
  Lease,
  Person,
  Session,
  SessionFacts,
} from '../../core/entity.ts';
import type { Image, ObservedContainer } from '../../core/ports.ts';
import { noon } from './world.ts';

/** What a start reports beside its address, where nothing of it matters. */
export const plainStart = { ssh: null, verdict: null, keyIds: [] };

/** An image as sessions keep it. */
export const pytorch: Image = {
  name: 'pytorch',
  reference: 'dibs/pytorch-cuda:2.9',
  build: null,
  cuda: null,
  compute: null,
};

/** As people choose it. */
export const chosenPytorch = {
  ...pytorch,
  names: ['pytorch'],
  says: 'PyTorch 2.9',
  devices: 'gpu',
  recipe: null,
} as const;

/** Facts as the rules see them, each with every member said: tests name only what matters. */
export function aSession(facts: Partial<Session> = {}): Session {
  return {
    id: 'session-1',
    leaseId: 'lease-1',
    name: 'brave-otter',
    state: 'running',
    image: pytorch,
    channel: { platform: 'console', channel: 'lab' },
    token: 'token',
    hostId: 'host-1',
    containerId: 'container-1',
    url: 'http://gpu-1:4000/s/brave-otter/',
    ssh: null,
    keyIds: null,
    check: false,
    verdict: null,
    progress: null,
    claimToken: null,
    claimUntil: null,
    readySince: noon,
    readyMillis: 0,
    warnedSeconds: null,
    faultDetail: null,
    ...facts,
  };
}

/** One device for an hour from noon, at 10 credits an hour. */
export function aLease(facts: Partial<Lease> = {}): Lease {
  return {
    id: 'lease-1',
    personId: 'bob',
    teamId: 'lab',
    accountId: 'account-1',
    deviceType: 'a100',
    deviceCount: 1,
    leaseSeconds: 3600,
    ticksPerSecond: 10_000n,
    state: 'active',
    requestedAt: noon,
    activeAt: noon,
    until: noonPlus(3600),
    endedAt: null,
    endReason: null,
    ...facts,
  };
}

function aHold(facts: Partial<Hold> = {}): Hold {
  return { id: 'hold-1', accountId: 'account-1', amount: 36_000_000n, state: 'placed', ...facts };
}

function anAccount(facts: Partial<Account> = {}): Account {
  const held = 36_000_000n;
  return {
    id: 'account-1',
    kind: 'team',
    name: 'lab',
    posted: 10n * held,
    held,
    expiring: 0n,
    ...facts,
  };
}

const bob: Person = { id: 'bob', teamId: 'lab', team: 'lab', name: 'bob', roles: [] };

export function sessionFacts(session: Partial<Session> = {}, lease: Partial<Lease> = {}) {
  const facts: SessionFacts = {
    session: aSession(session),
    lease: aLease(lease),
    hold: aHold(),
    account: anAccount(),
    holder: bob,
  };
  return facts;
}

/** A host that was just seen, with devices of these types; `leaseIds` by device index. */
export function aHost(
  name: string,
  types: readonly string[],
  facts: Partial<Host> & { leaseIds?: Readonly<Record<number, string>> } = {},
): Host {
  const { leaseIds = {}, ...rest } = facts;
  const devices = types.map((type, index): Device => {
    return {
      id: `${name}/${index}`,
      hostId: name,
      uuid: `GPU-${name}-${index}`,
      index,
      type,
      model: type,
      memoryMib: 81_920,
      state: 'offered',
      leaseId: leaseIds[index] ?? null,
      sample: null,
    };
  });
  return {
    id: name,
    name,
    state: 'ready',
    simulated: false,
    driver: null,
    seenAt: noon,
    fault: null,
    devices,
    ...rest,
  };
}

export function aContainer(facts: Partial<ObservedContainer> = {}): ObservedContainer {
  return {
    sessionId: 'session-1',
    containerId: 'container-1',
    state: 'running',
    startedAt: noon,
    finishedAt: null,
    exitCode: null,
    outOfMemory: false,
    url: 'http://gpu-1:4000/s/brave-otter/',
    ssh: null,
    ...facts,
  };
}

/** That many seconds after noon. */
export function noonPlus(seconds: number): Date {
  return new Date(noon.getTime() + seconds * 1000);
}
