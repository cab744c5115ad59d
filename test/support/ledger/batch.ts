import { sql } from 'drizzle-orm';
import { rowsOf } from '../../../db/database.ts';
import { brokenAnswers } from './answers.ts';
import { creditOperations } from './credit-operations.ts';
import { unlessLost } from './deliveries.ts';
import { brokenInvariants } from './invariants.ts';
import { type Operation, pick, type Task, type Told } from './operations.ts';
import { sessionOperations } from './session-operations.ts';
import type { Ledger } from './world.ts';

/** Everything that may happen; `pass`: time goes on. */
const operations: Readonly<Record<string, (task: Task) => Promise<Told>>> = {
  ...creditOperations,
  ...sessionOperations,

  async redeliver({ ledger, at, operation }: Task): Promise<Told> {
    const delivery = anEarlier(ledger, operation);
    if (!delivery) return 'none';
    return (await ledger.deliveries.answer(delivery, at.store)) === null ? 'unknown' : 'accepted';
  },

  /** Another input under a key that was used: always refused. */
  async 'reuse a key'({ ledger, at, operation }: Task): Promise<Told> {
    const delivery = anEarlier(ledger, operation);
    if (!delivery?.outcome) return 'none';
    const outcome = await delivery.withOther(at.store);
    if (outcome.kind === 'refused' && outcome.refusal.kind === 'request_key_reused')
      return 'refused';
    ledger.broken.push(`${delivery.action} ${delivery.requestKey} was done with another input`);
    return 'accepted';
  },

  /** The other process loses all its connections, whatever it is doing. */
  async kill({ ledger, other }: Task): Promise<Told> {
    await ledger.database.db.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = ${other.name}`);
    return 'accepted';
  },

  /** As `dibs audit` does, while everybody works. */
  async audit({ ledger, at }: Task): Promise<Told> {
    const found = await at.store.checkBook();
    ledger.broken.push(...found.map((difference) => `audit at work: ${inWords(difference)}`));
    return found.length === 0 ? 'accepted' : 'refused';
  },
};

/** Lets each lane do its operations, all lanes at once, and says what is not as it must be. */
export async function runBatch(
  ledger: Ledger,
  lanes: readonly (readonly Operation[])[],
): Promise<string[]> {
  const t0 = performance.now();
  await refreshKnown(ledger);
  const t1 = performance.now();
  const [first, second] = ledger.processes;
  await Promise.all(
    lanes.map(async (lane, index) => {
      const [at, other] = index % 2 === 0 ? [first, second] : [second, first];
      for (const operation of lane) {
        const told = await runOne({ ledger, at, other, operation });
        ledger.tally.count(`${operation.kind} ${told}`);
      }
    }),
  );
  const t2 = performance.now();
  await ledger.deliveries.settle(first.store);
  const t3 = performance.now();
  const differences = await second.store.checkBook();
  const t4 = performance.now();
  const i = await brokenInvariants(ledger);
  const t5 = performance.now();
  const broken = [
    ...ledger.broken.splice(0),
    ...ledger.deliveries.broken.splice(0),
    ...differences.map((difference) => `audit: ${inWords(difference)}`),
    ...i,
    ...(await brokenAnswers(ledger)),
  ];
  process.stderr.write(
    `refresh ${t1 - t0} work ${t2 - t1} settle ${t3 - t2} audit ${t4 - t3} inv ${t5 - t4} ans ${performance.now() - t5}\n`,
  );
  return broken;
}

async function runOne(task: Task): Promise<Told> {
  const { kind, size } = task.operation;
  if (kind === 'pass') {
    // Mostly minutes, now and then some hours.
    task.ledger.clock.pass(size % 12 === 0 ? (size % 5) * 3600 : size % 600);
    return 'none';
  }
  return (await unlessLost(async () => operations[kind]?.(task))) ?? 'unknown';
}

/** What was done by whoever lost their connection is heard of here. */
async function refreshKnown(ledger: Ledger): Promise<void> {
  const [{ store }] = ledger.processes;
  const living = await store.livingSessions({});
  const known = new Map(ledger.sessions);
  ledger.sessions.clear();
  for (const { id: sessionId, holder, team, state, queued } of living)
    ledger.sessions.set(sessionId, {
      sessionId,
      holder: { personId: holder.personId, teamId: team.id },
      phase: queued ? 'queued' : state,
      token: known.get(sessionId)?.token ?? null,
    });
  const pending = await Promise.all(
    ledger.teams.map(({ teamId }) => store.pendingRequests(teamId)),
  );
  ledger.requests = pending.flat().map(({ id, personId, teamId }) => {
    return { requestId: id, personId, teamId };
  });
}

/** More often one of the last few. */
function anEarlier({ deliveries }: Ledger, { what, fits }: Operation) {
  const all = [...deliveries.all.values()];
  return pick(fits ? all.slice(-50) : all, what);
}

function inWords(difference: object): string {
  return JSON.stringify(difference, (_key, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

/** Deadlocks of this database so far: none where locks are taken in one order. */
export async function deadlocks({ database }: Ledger): Promise<number> {
  const [row] = await rowsOf(
    database.db,
    sql`select deadlocks::int from pg_stat_database where datname = current_database()`,
  );
  return (row as { deadlocks: number }).deadlocks;
}
