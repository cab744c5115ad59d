import { sql } from 'drizzle-orm';
import type { FactTable, Outcome, Request } from '../core/action.ts';
import { fromJson, toJson } from './codec.ts';
import { rowsOf, type Transaction } from './database.ts';

/** What is kept of one decision. Hash of action, asker and input: what else has its key is refused. */
type Recording = {
  id: string;
  at: Date;
  action: string;
  request: Request<unknown>;
  inputHash: string;
  facts: object;
  outcome: Outcome<unknown>;
};

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

/**
 * A unique violation where another one has come in between under the same key. Written out, as is
 * all that every request does: Drizzle takes longer to put it together than the server to do it.
 */
export async function addRecording(tx: Transaction, recording: Recording): Promise<void> {
  const { id, at, action, request, inputHash, outcome } = recording;
  const { actor, requestKey, input } = request;
  const entries = Object.entries(recording.facts);
  const kept = entries.filter(([name]) => recordedFacts.includes(name as keyof FactTable));
  const facts = kept.length === 0 ? null : jsonOf(Object.fromEntries(kept));
  await tx.execute(sql`insert into events
      (id, at, actor, action, request_key, input_hash, input, facts, outcome)
    values (${id}, ${at.toISOString()}, ${jsonOf(actor)}, ${action}, ${requestKey},
      ${inputHash}, ${jsonOf(input ?? {})}, ${facts}, ${jsonOf(outcome)})`);
}

/** What was answered under the key before; null: nothing yet. */
export async function recordedOutcome<Result>(
  tx: Transaction,
  requestKey: string,
  inputHash: string,
): Promise<Outcome<Result> | null> {
  const [event] = await rowsOf(
    tx,
    sql`select input_hash = ${inputHash} as is_same, outcome from events
      where request_key = ${requestKey}`,
  );
  if (event === undefined) return null;
  const { is_same: isSame, outcome } = event as { is_same: boolean; outcome: unknown };
  if (!isSame) return { kind: 'refused', refusal: { kind: 'request_key_reused', requestKey } };
  return fromJson(outcome) as Outcome<Result>;
}

function jsonOf(value: unknown): string {
  return JSON.stringify(toJson(value));
}
