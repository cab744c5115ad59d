import { sql } from 'drizzle-orm';
import { rowsOf } from '../../../db/database.ts';
import { brokenAnswers } from './answers.ts';
import { creditOperations } from './credit-operations.ts';
import { unlessLost } from './deliveries.ts';
import { brokenInvariants } from './invariants.ts';
import { type Operation, pick, type Task } from './operations.ts';
import { sessionOperations } from './session-operations.ts';
import type { Told } from './told.ts';
import type { Ledger } from './world.ts';

/** Everything that may happen; `pass`: time goes on. */
const operations = {
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
    const outcome = await ledger.deliveries.reuse(delivery, at.store);
    if (outcome === null) return 'unknown';
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

  async pass({ ledger, operation: { size } }: Task): Promise<Told> {
    // Mostly minutes, now and then some hours.
    ledger.clock.pass(size % 12 === 0 ? (size % 5) * 3600 : size % 600);
    return 'none';
  },
} satisfies Record<string, (task: Task) => Promise<Told>>;

export type OperationKind = keyof typeof operations;
export const operationKinds = Object.keys(operations) as OperationKind[];

/** Lets each lane do its operations, all lanes at once, and says what is not as it must be. */
export async function runBatch(
  ledger: Ledger,
  lanes: readonly (readonly Operation<OperationKind>[])[],
): Promise<string[]> {
  await refreshKnown(ledger);
  const [first, second] = ledger.processes;
  await Promise.all(
    lanes.map(async (lane, index) => {
      const [at, other] = index % 2 === 0 ? [first, second] : [second, first];
      for (const operation of lane) {
        const task = { ledger, at, other, operation };
        const told = (await unlessLost(() => operations[operation.kind](task))) ?? 'unknown';
        ledger.tally.count(operation.kind, told);
      }
    }),
  );
  await ledger.deliveries.settle(ledger.observer);
  const differences = await ledger.observer.checkBook();
  return [
    ...ledger.broken.splice(0),
    ...ledger.deliveries.broken.splice(0),
    ...differences.map((difference) => `audit: ${inWords(difference)}`),
    ...(await brokenInvariants(ledger)),
    ...(await brokenAnswers(ledger)),
  ];
}

/** What was done by whoever lost their connection is heard of here. */
async function refreshKnown(ledger: Ledger): Promise<void> {
  const { observer } = ledger;
  const living = await observer.livingSessions({});
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
    ledger.teams.map(({ teamId }) => observer.pendingRequests(teamId)),
  );
  ledger.requests = pending.flat().map(({ id, personId, teamId }) => {
    return { requestId: id, personId, teamId };
  });
}

/** More often one of the last few. */
function anEarlier({ deliveries }: Ledger, { what, fits }: Operation) {
  const { all, keys } = deliveries;
  const key = fits ? keys.at(-1 - (what % 50)) : pick(keys, what);
  return key === undefined ? undefined : all.get(key);
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
