import { eq } from 'drizzle-orm';
import type {
  Action,
  FactTable,
  Moment,
  Needs,
  Outcome,
  Perform,
  Request,
} from '../core/action.ts';
import { assert, unreachable } from '../core/assert.ts';
import type { Change } from '../core/change.ts';
import type { Actor } from '../core/entity.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock, NewId } from '../core/ports.ts';
import { apply } from './changes/apply.ts';
import { fromJson, hashOf, toJson } from './codec.ts';
import type { Db, Transaction } from './database.ts';
import { loadFacts } from './facts/load.ts';
import { events } from './schema/events.ts';

export type PerformDeps = {
  db: Db;
  clock: Clock;
  newId: NewId;
  newSecret: () => string;
  policy: Policy;
};

/** Another transaction was in the way, and deciding anew on what it left will do. */
const retryable = {
  serialization_failure: '40001',
  deadlock_detected: '40P01',
  exclusion_violation: '23P01',
  unique_violation: '23505',
};
const mostAttempts = 4;

/**
 * The one write path: request key looked up, facts loaded under locks, decision, changes applied,
 * event left, commit. The same key with the same input is answered the same again, also when both
 * arrive at once: the second waits at the key for the first.
 */
export function createPerform(deps: PerformDeps): Perform {
  return async (action, request) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await deps.db.transaction((tx) => performIn(tx, deps, { action, request }));
      } catch (error) {
        if (attempt === mostAttempts || !isRetryable(error)) throw error;
      }
    }
  };
}

async function performIn<Input, Result, N extends Needs>(
  tx: Transaction,
  { clock, newId, newSecret, policy }: PerformDeps,
  asked: { action: Action<Input, Result, N>; request: Request<Input> },
): Promise<Outcome<Result>> {
  const { action, request } = asked;
  const { actor, input, requestKey } = request;
  const eventId = newId();
  const inputHash = hashOf([action.name, askerOf(actor), input]);
  const [added] = await tx
    .insert(events)
    .values({ ...eventOf(asked), id: eventId, at: clock.now(), inputHash })
    .onConflictDoNothing({ target: events.requestKey })
    .returning({ id: events.id });
  if (!added) return recordedOutcome(tx, requestKey, inputHash);

  // The facts are locked before the clock is read, so that later decisions have later moments.
  const asking: Moment = { now: clock.now(), actor, policy, eventId, newId, newSecret };
  const facts = await loadFacts(tx, action.needs(input, asking), asking.now);
  const moment: Moment = { ...asking, now: clock.now() };
  const decision = action.decide(facts, input, moment);
  if (decision.kind === 'refused') {
    const outcome: Outcome<Result> = { kind: 'refused', refusal: decision.refusal };
    // Nobody repeats what the system asks of itself.
    await (actor.kind === 'person'
      ? recordOutcome(tx, { eventId, outcome, facts })
      : forgetEvent(tx, eventId));
    return outcome;
  }
  const outcome: Outcome<Result> = { kind: 'accepted', result: decision.result };
  // Sent one behind the other without waiting: the server takes them in the order of the list.
  const applied = decision.changes.map((change) =>
    apply({ tx, now: moment.now, eventId, newId }, change),
  );
  // Strangers could fill the audit for fun: only what changes something is kept of theirs.
  const isKept = actor.kind !== 'stranger' || !decision.changes.every(isNotice);
  const kept = isKept ? recordOutcome(tx, { eventId, outcome, facts }) : forgetEvent(tx, eventId);
  await allOf([...applied, kept]);
  return outcome;
}

async function forgetEvent(tx: Transaction, eventId: string): Promise<void> {
  await tx.delete(events).where(eq(events.id, eventId));
}

function isNotice({ kind }: Change): boolean {
  return kind === 'notify' || kind === 'notify_request' || kind === 'notify_transfer';
}

/**
 * As Promise.all, but throws only when all have come to rest: a change of several statements that
 * goes on behind a failed one would have its last ones run after the rollback.
 */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  const settled = await Promise.allSettled(works);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

function eventOf<Input, Result, N extends Needs>({
  action,
  request: { actor, requestKey, input },
}: {
  action: Action<Input, Result, N>;
  request: Request<Input>;
}) {
  // A null would be written as SQL's and not as JSON's.
  return { actor, requestKey, action: action.name, input: toJson(input ?? {}) };
}

function askerOf(actor: Actor): string {
  switch (actor.kind) {
    case 'person':
      return actor.personId;
    case 'stranger':
      return `${actor.platform}:${actor.externalId}`;
    case 'system':
      return actor.name;
    default:
      return unreachable(actor);
  }
}

/** What of the facts the audit keeps: those of the book, not the fleet and no secret. */
const recordedFacts: readonly (keyof FactTable)[] = [
  'payer',
  'accounts',
  'spending',
  'transfer',
  'request',
  'approvers',
  'pendingRequests',
];

async function recordOutcome(
  tx: Transaction,
  done: { eventId: string; outcome: Outcome<unknown>; facts: object },
): Promise<void> {
  const { eventId, outcome, facts } = done;
  const entries = Object.entries(facts);
  const kept = entries.filter(([name]) => recordedFacts.includes(name as keyof FactTable));
  await tx
    .update(events)
    .set({
      outcome: toJson(outcome),
      facts: kept.length === 0 ? null : toJson(Object.fromEntries(kept)),
    })
    .where(eq(events.id, eventId));
}

async function recordedOutcome<Result>(
  tx: Transaction,
  requestKey: string,
  inputHash: string,
): Promise<Outcome<Result>> {
  const [event] = await tx.select().from(events).where(eq(events.requestKey, requestKey));
  assert(event, 'an event that was in the way is there');
  if (event.inputHash !== inputHash)
    return { kind: 'refused', refusal: { kind: 'request_key_reused', requestKey } };
  return fromJson(event.outcome) as Outcome<Result>;
}

/** Drizzle wraps the driver's error: the SQLSTATE is on the cause. */
function isRetryable(error: unknown): boolean {
  const code = sqlState(error) ?? (error instanceof Error ? sqlState(error.cause) : undefined);
  return code !== undefined && Object.values(retryable).includes(code);
}

function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return String(error.code);
}
