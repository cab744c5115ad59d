import { randomBytes } from 'node:crypto';
import { newId } from '../../../adapters/system/new-id.ts';
import { recordInventory } from '../../../core/actions/observe.ts';
import type { PersonActor, Role } from '../../../core/entity.ts';
import { ticksPerCredit } from '../../../core/money.ts';
import { defaultApproval, type Policy, type TeamLimits } from '../../../core/policy.ts';
import type { Clock } from '../../../core/ports.ts';
import type { SessionState } from '../../../core/state.ts';
import type { Site, Store } from '../../../core/store.ts';
import { openPostgres } from '../../../db/database.ts';
import { createStore } from '../../../db/store.ts';
import { createTestDatabase } from '../databases.ts';
import { accepted, system, testPolicy } from '../world.ts';
import { createDeliveries } from './deliveries.ts';
import type { Told } from './told.ts';

export const credits = (amount: number) => BigInt(amount) * ticksPerCredit;

/** Tight, so that each limit is met often. */
export const limitsOf = {
  lab: {
    personSpending: { day: credits(16), week: credits(60), month: credits(160) },
    personDevices: 3,
    teamDevices: 5,
  },
  vision: {
    personSpending: { day: credits(10), week: null, month: credits(105) },
    personDevices: 2,
    teamDevices: 4,
  },
} satisfies Record<string, TeamLimits>;

/** Above ten credits two approvers must agree. */
const approval = {
  ...defaultApproval,
  quorumAbove: credits(10),
  validSeconds: 4 * 3600,
  takeBackSeconds: 900,
};

export const ledgerPolicy: Policy = {
  ...testPolicy,
  mostLeaseSeconds: 4 * 3600,
  queueLimit: 2,
  queueDeadlineSeconds: 1200,
  // Nobody looks at these hosts: they count as seen for all of the test.
  hostSilentSeconds: 1e8,
  pendingRequestLimit: 3,
  teams: {
    lab: {
      prices: { default: 10_000n, l4: 2_000n },
      mostLeaseSeconds: 4 * 3600,
      limits: limitsOf.lab,
      approval,
    },
    vision: {
      prices: { default: 8_000n, l4: 3_000n },
      mostLeaseSeconds: 2 * 3600,
      limits: limitsOf.vision,
      approval,
    },
  },
};

const devicesOf = {
  'gpu-1': ['a100-80gb', 'a100-80gb', 'a100-80gb', 'a100-80gb'],
  'gpu-2': ['l4', 'l4', 'a100-40gb'],
};

/** Carol and dana are in both teams; dana decides in both, on everybody's credits but her own. */
const site: Site = {
  teams: [
    aTeam('lab', 'Europe/Berlin', { alice: ['admin'], dana: ['admin'], bob: [], carol: [] }),
    aTeam('vision', 'America/New_York', { carol: [], dana: ['admin'], erin: ['admin'] }),
  ],
  hosts: Object.keys(devicesOf).map((name) => {
    return { name, address: `test:${name}`, simulated: false };
  }),
};

function aTeam(name: string, zone: string, people: Record<string, Role[]>): Site['teams'][number] {
  return {
    name,
    zone,
    channels: [{ platform: 'console', channel: name }],
    people: Object.entries(people).map(([person, roles]) => {
      return { name: person, roles, identities: [{ platform: 'console', externalId: person }] };
    }),
  };
}

/** One of two processes that serve the same database. */
export type Process = { name: string; store: Store };

/** A session as it was when somebody last heard of it. */
export type KnownSession = {
  sessionId: string;
  holder: { personId: string; teamId: string };
  phase: 'queued' | SessionState;
  token: string | null;
};

/** Two processes on one database, three connections of the test itself, and what both were told. */
export async function openLedger() {
  const { url, open } = await createTestDatabase();
  const database = await open(3);
  const { db } = database;
  // What is written is asked for, not whether it survives a power cut.
  await db.execute(`do $$ begin execute format(
    'alter database %I set synchronous_commit = off', current_database()); end $$`);
  const clock = createHandClock(new Date('2026-03-26T09:00:00Z'));
  const first = await openProcess(url, 'first', clock);
  const second = await openProcess(url, 'second', clock);
  const setUp = await first.store.setUp(site);
  for (const { hostId, name } of setUp.hosts) await offerDevices(first.store, hostId, name, clock);
  const actors = await membersOf(first.store);
  return {
    database,
    clock,
    processes: [first, second] as const,
    /** A third one, which nobody disturbs. */
    observer: createStore(database, storeDeps(clock)),
    actors,
    accounts: await first.store.payees(),
    teams: setUp.teams,
    deliveries: createDeliveries(),
    /** Who is alive, what waits to be decided, what was moved by hand: as known, not as it is. */
    sessions: new Map<string, KnownSession>(),
    requests: [] as { requestId: string; personId: string; teamId: string }[],
    votes: [] as { requestId: string; actor: PersonActor }[],
    moves: [] as { transferId: string; actor: PersonActor }[],
    /** The events that decided each request. */
    deciding: new Map<string, Set<string>>(),
    /** What was found wrong while the others worked. */
    broken: [] as string[],
    tally: createTally(),
    async close() {
      await Promise.all([first.store.close(), second.store.close(), database.close()]);
    },
  };
}

export type Ledger = Awaited<ReturnType<typeof openLedger>>;

function storeDeps(clock: Clock) {
  const newSecret = () => randomBytes(24).toString('base64url');
  return { clock, newId, newSecret, policy: ledgerPolicy };
}

/** The connections of each have a name of their own, so that one process alone can lose them. */
async function openProcess(url: string, name: string, clock: Clock): Promise<Process> {
  const named = new URL(url);
  named.searchParams.set('application_name', name);
  return { name, store: createStore(await openPostgres(named.href), storeDeps(clock)) };
}

// biome-ignore lint/complexity/useMaxParams: one host and where it is told.
async function offerDevices(store: Store, hostId: string, name: string, clock: Clock) {
  const types = devicesOf[name as keyof typeof devicesOf];
  const devices = types.map((type, index) => {
    return { uuid: `GPU-${name}-${index}`, index, type, model: type, memoryMib: 81_920 };
  });
  const request = { requestKey: `devices:${name}`, actor: system, input: { hostId, devices } };
  await accepted(store.perform(recordInventory, request));
  await store.noteSeen(hostId, clock.now(), null);
}

/** Everybody in each of their teams. */
async function membersOf(store: Store): Promise<PersonActor[]> {
  const asked = site.teams.flatMap(({ name: channel, people }) =>
    people.map(async ({ name }): Promise<PersonActor> => {
      const person = await store.personOf('console', name, channel);
      if (!person) throw new Error(`no ${name}`);
      const { id: personId, ...member } = person;
      return { kind: 'person', personId, ...member, platform: 'console', channel };
    }),
  );
  return Promise.all(asked);
}

/** A clock that anybody may move on, at once. */
function createHandClock(start: Date) {
  let at = start.getTime();
  return {
    now: () => new Date(at),
    sleep: () => Promise.resolve(),
    pass(seconds: number) {
      at += seconds * 1000;
    },
  };
}

/** How often each kind of operation was answered how. */
function createTally() {
  const counts = new Map<string, Record<Told, number>>();
  return {
    counts,
    count(kind: string, told: Told) {
      const of = counts.get(kind) ?? { accepted: 0, refused: 0, unknown: 0, none: 0 };
      of[told] += 1;
      counts.set(kind, of);
    },
  };
}
