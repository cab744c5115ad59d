import { isDeepStrictEqual } from 'node:util';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { fromJson } from '../../../db/codec.ts';
import { rowsOf } from '../../../db/database.ts';
import type { Ledger } from './world.ts';

const outcome = z.preprocess(
  fromJson,
  z.discriminatedUnion('kind', [
    z.looseObject({ kind: z.literal('accepted'), result: z.unknown() }),
    z.looseObject({ kind: z.literal('refused') }),
  ]),
);
const event = z.object({
  id: z.string(),
  request_key: z.string(),
  action: z.string(),
  outcome,
  request_id: z.string().nullable(),
  moved: z.coerce.number(),
  charged: z.coerce.number(),
  made: z.coerce.number(),
});
type RecordedEvent = z.infer<typeof event>;

/**
 * Compares what the last batch was told with what is recorded and what was done: each asking has
 * one event, which says what its asker heard, and which did as much as it says, once.
 */
export async function brokenAnswers(ledger: Ledger): Promise<string[]> {
  const { all, fresh } = ledger.deliveries;
  const rows = (await eventsOf(ledger, [...fresh])).map((row) => event.parse(row));
  const byKey = new Map(rows.map((row) => [row.request_key, row]));
  const broken = [...fresh].flatMap((key): string[] => {
    const delivery = all.get(key);
    if (!delivery) return [];
    const found = byKey.get(key);
    if (!found) return [`${delivery.action} ${key} was answered and is not recorded`];
    return isDeepStrictEqual(delivery.outcome, found.outcome)
      ? []
      : [`${delivery.action} ${key} was answered otherwise than is recorded`];
  });
  fresh.clear();
  const undone = rows.filter((row) => !didWhatItSays(row)).map((row) => JSON.stringify(row));
  return [
    ...broken,
    ...undone.map((row) => `an event that did not do what it says: ${row}`),
    ...(await notDecidedOnce(ledger, rows)),
  ];
}

function eventsOf({ database }: Ledger, keys: readonly string[]) {
  return rowsOf(
    database.db,
    sql`with asked as (
      select e.id, e.request_key, e.action, e.outcome, e.input->>'requestId' as request_id
      from events e
      where e.request_key in (select jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb)))
    select asked.*,
      (select count(*) from sessions s where s.id = asked.id)
        + (select count(*) from grant_requests r where r.id = asked.id) as made,
      count(t.id) filter (where t.kind <> 'charge') as moved,
      count(t.id) filter (where t.kind = 'charge') as charged
    from asked left join transfers t on t.event_id = asked.id
    group by asked.id, asked.request_key, asked.action, asked.outcome, asked.request_id`,
  );
}

/** What each action moves where it is accepted; the others move nothing but, at an end, a charge. */
const moves: Readonly<Record<string, (result: unknown) => number>> = {
  grant: () => 1,
  give: () => 1,
  adjust: () => 1,
  reverse: () => 1,
  vote: (result) => (isResult(result, 'approved') ? 1 : 0),
  pay_allowance: (result) => ((result as { expired: bigint }).expired > 0n ? 2 : 1),
};
const mayCharge = ['stop', 'expire', 'report_ended'];

function didWhatItSays({ action, outcome: told, moved, charged, made }: RecordedEvent): boolean {
  const isAccepted = told.kind === 'accepted';
  const isMade = isAccepted && (action === 'start' || action === 'request');
  return (
    moved === (isAccepted ? (moves[action]?.(told.result) ?? 0) : 0) &&
    charged <= (isAccepted && mayCharge.includes(action) ? 1 : 0) &&
    made === (isMade ? 1 : 0)
  );
}

function isResult(result: unknown, ...kinds: string[]): boolean {
  return kinds.includes((result as { kind: string }).kind);
}

function decides({ action, outcome: told }: RecordedEvent): boolean {
  if (told.kind === 'refused') return false;
  if (action === 'vote') return isResult(told.result, 'approved', 'denied', 'expired');
  return action === 'withdraw' || action === 'expire_request';
}

/** A request that is not pending was decided by exactly one event, of whatever batch. */
async function notDecidedOnce(ledger: Ledger, rows: readonly RecordedEvent[]): Promise<string[]> {
  for (const row of rows.filter(decides)) {
    const deciding = ledger.deciding.get(row.request_id ?? '') ?? new Set();
    ledger.deciding.set(row.request_id ?? '', deciding.add(row.id));
  }
  const decided = await rowsOf(
    ledger.database.db,
    sql`select id from grant_requests where state <> 'pending'`,
  );
  const ids = new Set(decided.map((row) => (row as { id: string }).id));
  const all = new Set([...ids, ...ledger.deciding.keys()]);
  return [...all].flatMap((id) => {
    const times = ledger.deciding.get(id)?.size ?? 0;
    return ids.has(id) && times === 1 ? [] : [`request ${id} was decided ${times} times`];
  });
}
