import type { Action, Decision, Moment, Needs, Outcome, Perform, Request } from '../core/action.ts';
import { unreachable } from '../core/assert.ts';
import type { Change } from '../core/change.ts';
import type { Actor } from '../core/entity.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock, NewId } from '../core/ports.ts';
import { apply } from './changes/apply.ts';
import { hashOf } from './codec.ts';
import type { Db, Transaction } from './database.ts';
import { loadFacts } from './facts/load.ts';
import { addRecording, recordedOutcome } from './recording.ts';

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
 * arrive at once: the second waits for the first at its locks, or at the key, and finds its event.
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
  // The facts are locked before the clock is read, so that later decisions have later moments.
  const asking: Moment = { now: clock.now(), actor, policy, eventId, newId, newSecret };
  const recorded = () => recordedOutcome<Result>(tx, requestKey, inputHash);
  const [earlier, facts] = await Promise.all([
    recorded(),
    loadFacts(tx, action.needs(input, asking), asking.now),
  ]);
  if (earlier) return earlier;

  const moment: Moment = { ...asking, now: clock.now() };
  const { now: at } = moment;
  const decision = action.decide(facts, input, moment);
  const outcome = outcomeOf(decision);
  const isKept = isKeptOf(actor, decision);
  // Perhaps refused for what the same request did while this one waited for the locks.
  if (!isKept && decision.kind === 'refused') return (await recorded()) ?? outcome;
  const changes = decision.kind === 'accepted' ? decision.changes : [];
  const recording = { id: eventId, at, action: action.name, request, inputHash, facts, outcome };
  // Sent one behind the other without waiting: the server takes them in the order of the list.
  await allOf([
    ...changes.map((change) => apply({ tx, now: at, eventId, newId }, change)),
    ...(isKept ? [addRecording(tx, recording)] : []),
  ]);
  return outcome;
}

function outcomeOf<Result>(decision: Decision<Result>): Outcome<Result> {
  return decision.kind === 'refused'
    ? { kind: 'refused', refusal: decision.refusal }
    : { kind: 'accepted', result: decision.result };
}

/** Nobody repeats what the system asks of itself, and strangers could fill the audit for fun. */
function isKeptOf(actor: Actor, decision: Decision<unknown>): boolean {
  if (actor.kind === 'person') return true;
  if (decision.kind === 'refused') return false;
  return actor.kind !== 'stranger' || !decision.changes.every(isNotice);
}

function isNotice({ kind }: Change): boolean {
  return kind.startsWith('notify');
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

/** Drizzle wraps the driver's error: the SQLSTATE is on the cause. */
function isRetryable(error: unknown): boolean {
  const code = sqlState(error) ?? (error instanceof Error ? sqlState(error.cause) : undefined);
  return code !== undefined && Object.values(retryable).includes(code);
}

function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return String(error.code);
}
