import { randomBytes, randomUUID } from 'node:crypto';
import { newId } from '../../adapters/system/new-id.ts';
import { directAccess } from '../../bot/access.ts';
import type { Outcome } from '../../core/action.ts';
import { grant } from '../../core/actions/grant.ts';
import { recordInventory } from '../../core/actions/observe.ts';
import { type StartInput, type StartResult, start } from '../../core/actions/start.ts';
import type { Actor, PersonActor } from '../../core/entity.ts';
import { ticksPerCredit } from '../../core/money.ts';
import type { Policy } from '../../core/policy.ts';
import type { Clock } from '../../core/ports.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { Store } from '../../core/store.ts';
import type { Database } from '../../db/database.ts';
import { createStore } from '../../db/store.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';

export const testPolicy: Policy = {
  leastLeaseSeconds: 300,
  mostLeaseSeconds: 86_400,
  queueLimit: 100,
  startDeadlineSeconds: 900,
  claimSeconds: 30,
  hostSilentSeconds: 60,
  hostLostSeconds: 600,
  warnSeconds: [900, 300],
  stopGraceSeconds: 10,
  queueDeadlineSeconds: 86_400,
  pendingRequestLimit: 5,
  images: [],
  forwardCompatible: [],
  teams: {},
  prices: { default: 10_000n, cpu: 1_000n },
};

export const system: Actor = { kind: 'system', name: 'test' };
export const noon = new Date('2026-03-02T12:00:00Z');

/** The team that is set up: alice, an admin; bob; carol. */
export const lab = {
  name: 'lab',
  zone: 'UTC',
  channels: [],
  people: [aPerson('alice', ['admin']), ...['bob', 'carol'].map((name) => aPerson(name))],
};

function aPerson(name: string, roles: 'admin'[] = []) {
  return { name, roles, identities: [{ platform: 'console' as const, externalId: name }] };
}

export type WorldOptions = {
  clock?: Clock;
  policy?: Partial<Policy>;
  /** Devices by host, as types: `{ 'gpu-1': ['a100-80gb', 'a100-80gb'] }`. */
  hosts?: Record<string, readonly string[]>;
  credits?: number;
  /** The team's, in which its days, weeks and months begin. */
  zone?: string;
};

/** A store with team `lab` and hosts that were just seen. */
export async function createWorld(database: Database, options: WorldOptions = {}) {
  const { hosts = { 'gpu-1': ['a100-80gb', 'a100-80gb'] }, credits = 500 } = options;
  const { zone = lab.zone } = options;
  const clock = options.clock ?? createFakeClock(noon);
  const policy = { ...testPolicy, ...options.policy };
  const newSecret = () => randomBytes(24).toString('base64url');
  const store = createStore(database, { clock, newId, newSecret, policy });
  const names = Object.keys(hosts).map((name) => {
    return { name, address: `test:${name}`, simulated: false };
  });
  const setUp = await store.setUp({ teams: [{ ...lab, zone }], hosts: names });
  const [team] = setUp.teams;
  if (!team) throw new Error('no team');
  if (credits > 0 && team.posted === 0n) {
    const amount = BigInt(credits) * ticksPerCredit;
    await accepted(
      store.perform(grant, {
        requestKey: 'grant:first',
        actor: system,
        input: { accountId: team.accountId, amount, reason: 'test' },
      }),
    );
  }
  const world = { store, clock: clock as FakeClock, policy, team, hosts: setUp.hosts };
  for (const host of setUp.hosts) await offerDevices(world, host, hosts[host.name] ?? []);
  const { installationId } = setUp;
  return { ...world, installationId, access: directAccess, actorOf: actorOf(store) };
}

async function offerDevices(
  { store, clock }: { store: Store; clock: Clock },
  host: { hostId: string; name: string },
  types: readonly string[],
) {
  const devices = types.map((type, index) => {
    const uuid = `GPU-${host.name}-${index}`;
    return { uuid, index, type, model: type.toUpperCase(), memoryMib: 81_920 };
  });
  await store.perform(recordInventory, {
    requestKey: randomUUID(),
    actor: system,
    input: { hostId: host.hostId, devices },
  });
  await store.noteSeen(host.hostId, clock.now(), null);
}

export type World = Awaited<ReturnType<typeof createWorld>>;

function actorOf(store: Store) {
  return async (name: string): Promise<PersonActor> => {
    const person = await store.personOf('console', name, 'lab');
    if (!person) throw new Error(`no ${name}`);
    const { id: personId, ...member } = person;
    return { kind: 'person', personId, ...member, platform: 'console', channel: 'lab' };
  };
}

/** Asks for a start as somebody, with defaults: two A100-hours less one. */
export async function askStart(
  world: World,
  name: string,
  facts: Partial<StartInput> & { requestKey?: string } = {},
): Promise<Outcome<StartResult>> {
  const actor = await world.actorOf(name);
  const { requestKey = randomUUID(), ...input } = facts;
  return world.store.perform(start, {
    requestKey,
    actor,
    input: {
      personId: actor.personId,
      teamId: actor.teamId,
      own: false,
      deviceType: 'a100',
      deviceCount: 1,
      leaseSeconds: 3600,
      image: {
        name: 'pytorch',
        reference: 'dibs/pytorch-cuda:2.9',
        build: null,
        cuda: null,
        compute: null,
      },
      check: false,
      channel: { platform: 'console', channel: 'lab' },
      now: false,
      ...input,
    },
  });
}

export async function accepted<Result>(outcome: Promise<Outcome<Result>>): Promise<Result> {
  const settled = await outcome;
  if (settled.kind === 'refused') throw new Error(`refused: ${JSON.stringify(settled.refusal)}`);
  return settled.result;
}

export async function refused(outcome: Promise<Outcome<unknown>>): Promise<Refusal> {
  const settled = await outcome;
  if (settled.kind === 'accepted') throw new Error('accepted');
  return settled.refusal;
}
