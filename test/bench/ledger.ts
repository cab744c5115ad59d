import { randomBytes, randomUUID } from 'node:crypto';
import { count, eq } from 'drizzle-orm';
import { createSystemClock } from '../../adapters/system/clock.ts';
import { newId } from '../../adapters/system/new-id.ts';
import { accept, action, refuse } from '../../core/action.ts';
import { grant } from '../../core/actions/grant.ts';
import { assert } from '../../core/assert.ts';
import type { PersonActor } from '../../core/entity.ts';
import { cost, type Ticks, ticksPerCredit } from '../../core/money.ts';
import { type Database, openPostgres } from '../../db/database.ts';
import { events } from '../../db/schema/events.ts';
import { transfers } from '../../db/schema/ledger.ts';
import { holds } from '../../db/schema/sessions.ts';
import { createStore } from '../../db/store.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { accepted, system, testPolicy } from '../support/world.ts';
import { median, printTable, round } from './figures.ts';
import { openPgbench } from './pgbench.ts';

const clients = 8;
const rounds = 5;
const seconds = 5;
/** Of both sides: pgbench has a branch for each step of its scale, which is as much in demand. */
const teams = 4 * clients;

/**
 * Pairs of hold and settle a second, against the transactions a second of pgbench's TPC-B-like
 * script: on one server, by as many clients, in turn.
 */
export async function benchLedger(): Promise<Record<string, number>> {
  const server = await startPostgres();
  try {
    const pgbench = await openPgbench(server.url, { scale: teams });
    const book = await openBook(server.url);
    const [tps, many, one]: number[][] = [[], [], []];
    for (let turn = 0; turn < rounds; turn += 1) {
      tps?.push(await pgbench.transactionsPerSecond({ clients, seconds }));
      many?.push(await book.pairsPerSecond(book.payers));
      one?.push(await book.pairsPerSecond(book.payers.slice(0, 1)));
    }
    await book.check();
    await book.close();
    return report({ tps: tps ?? [], many: many ?? [], one: one ?? [] });
  } finally {
    await server.stop();
  }
}

function report({ tps, many, one }: Record<'tps' | 'many' | 'one', number[]>) {
  const row = (name: string, values: readonly number[]) => {
    return [name, round(median(values), 0), round(Math.min(...values), 0), round(Math.max(...values), 0)];
  };
  printTable([
    [`a second, ${clients} clients, ${rounds} rounds`, 'median', 'least', 'most'],
    row('pgbench, TPC-B-like: transactions', tps),
    row(`pairs, ${teams} accounts`, many),
    row('pairs, one account', one),
  ]);
  return {
    ratio: round(median(many) / median(tps)),
    oneAccountRatio: round(median(one) / median(tps)),
    pairsPerSecond: round(median(many), 0),
  };
}

type Payer = { actor: PersonActor; accountId: string };
type Held = { leaseId: string; holdId: string; held: Ticks };

const leaseSeconds = 3600;
const usedSeconds = 600;
const ticksPerSecond = testPolicy.prices.default;

const hold = action({
  name: 'bench_hold',
  needs: ({ personId, teamId }: { personId: string; teamId: string }) => ({
    payer: { personId, teamId, own: false },
  }),
  decide: ({ payer }, { personId, teamId }, { now, newId: id }) => {
    assert(payer, 'who asks has an account to pay from');
    const { account } = payer;
    const held = cost(1, leaseSeconds, ticksPerSecond);
    const available = account.posted - account.held;
    if (held > available) return refuse({ kind: 'short_balance', account: account.name, needed: held, available, reachesSeconds: 0 });
    const [leaseId, holdId] = [id(), id()];
    const lease = {
      id: leaseId, personId, teamId, accountId: account.id, deviceType: 'a100', deviceCount: 1, leaseSeconds, ticksPerSecond,
      state: 'queued' as const, requestedAt: now, activeAt: null, until: null, endedAt: null, endReason: null,
    };
    return accept<Held>({ leaseId, holdId, held }, { kind: 'add_lease', lease, holdId, held });
  },
});

const settle = action({
  name: 'bench_settle',
  needs: ({ accountId }: Held & { accountId: string; personId: string }) => ({ accounts: [accountId] }),
  decide: ({ accounts: [account] }, { leaseId, holdId, held, personId }, { now }) => {
    assert(account, 'the account exists');
    const charge = cost(1, usedSeconds, ticksPerSecond);
    const closed = { holdId, accountId: account.id, held };
    return accept(null,
      { kind: 'settle_hold', ...closed, leaseId, personId, charge },
      { kind: 'move_lease', leaseId, from: 'queued', to: 'ended', set: { endReason: 'stopped_by_owner', endedAt: now } },
    );
  },
});

async function openBook(url: string) {
  const database = await openPostgres(url, clients);
  const clock = createSystemClock();
  const newSecret = () => randomBytes(24).toString('base64url');
  const store = createStore(database, { clock, newId, newSecret, policy: testPolicy });
  const names = Array.from({ length: teams }, (_, at) => `team-${at}`);
  const setUp = await store.setUp({
    teams: names.map((name) => ({
      name, zone: 'UTC', channels: [{ platform: 'console', channel: name }],
      people: [{ name: `person-of-${name}`, roles: [], identities: [{ platform: 'console', externalId: name }] }],
    })),
    hosts: [],
  });
  const payers: Payer[] = [];
  for (const { name, accountId } of setUp.teams) {
    const input = { accountId, amount: 1_000_000_000n * ticksPerCredit / 1000n, reason: 'bench' };
    await accepted(store.perform(grant, { requestKey: randomUUID(), actor: system, input }));
    const person = await store.personOf('console', name, name);
    assert(person, 'who was set up is there');
    const { id: personId, ...member } = person;
    payers.push({ accountId, actor: { kind: 'person', personId, ...member, platform: 'console', channel: name } });
  }
  let pairs = 0;
  const pair = async ({ actor, accountId }: Payer) => {
    const { personId, teamId } = actor;
    const held = await accepted(store.perform(hold, { requestKey: randomUUID(), actor, input: { personId, teamId } }));
    await accepted(store.perform(settle, { requestKey: randomUUID(), actor, input: { ...held, accountId, personId } }));
    pairs += 1;
  };
  return {
    payers,
    async pairsPerSecond(among: readonly Payer[]): Promise<number> {
      const [before, begun] = [pairs, performance.now()];
      const until = begun + seconds * 1000;
      const client = async () => {
        while (performance.now() < until) {
          const payer = among[Math.floor(Math.random() * among.length)];
          assert(payer, 'somebody pays');
          await pair(payer);
        }
      };
      await Promise.all(Array.from({ length: clients }, client));
      return (pairs - before) / ((performance.now() - begun) / 1000);
    },
    async check() {
      const differences = await store.checkBook();
      assert(differences.length === 0, 'the book agrees with its transfers and holds');
      const { db } = database;
      const charged = await db.$count(transfers, eq(transfers.kind, 'charge'));
      const settled = await db.$count(holds, eq(holds.state, 'settled'));
      const told = await db.$count(events, eq(events.action, 'bench_settle'));
      assert(charged === pairs && settled === pairs && told === pairs, 'each pair is in the book once');
    },
    close: () => store.close(),
  };
}
