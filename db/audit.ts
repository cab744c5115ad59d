import { inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import { type BookDifference, type BookFigure, type BookSize, bookFigures } from '../core/audit.ts';
import { endReasonNames, endReasons } from '../core/end-reason.ts';
import { type Db, rowsOf } from './database.ts';
import { accounts, grantRequests, transfers } from './schema/ledger.ts';
import { sessions } from './schema/sessions.ts';

const row = z.object({
  of: z.string(),
  figure: z.enum(Object.keys(bookFigures) as [BookFigure, ...BookFigure[]]),
  recorded: z.coerce.bigint(),
  recomputed: z.coerce.bigint(),
});

/**
 * Recomputes every recorded figure from what it follows from, without the code that recorded it.
 * One snapshot, so that it may run at any time; the database hands over the differences alone.
 */
export function checkBook(db: Db): Promise<BookDifference[]> {
  return db.transaction(
    async (tx) => {
      const found: BookDifference[] = [];
      for (const check of [book, balances, allowances, leases, requests, movements])
        found.push(...z.array(row).parse(await rowsOf(tx, check)));
      return found;
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

export async function bookSize(db: Db): Promise<BookSize> {
  return {
    accounts: await db.$count(accounts, inArray(accounts.kind, ['team', 'person'])),
    transfers: await db.$count(transfers),
    sessions: await db.$count(sessions),
    requests: await db.$count(grantRequests),
  };
}

const differing = sql`where figures.recorded <> figures.recomputed`;

/** What came from the issuer and is not spent is what all the others have together. */
const book = sql`
  select 'all' as "of", figures.* from (
    select 'sum of the book' as figure,
      (select coalesce(sum(posted), 0) from accounts where kind in ('team', 'person')) as recorded,
      (select coalesce(sum(case when source.kind in ('issuer', 'spent') then t.amount else 0 end)
          - sum(case when target.kind in ('issuer', 'spent') then t.amount else 0 end), 0)
        from transfers t
        join accounts source on source.id = t.from_account_id
        join accounts target on target.id = t.to_account_id) as recomputed
  ) figures ${differing}`;

/** The issuer and `spent` keep no balance, and nothing is held of them. */
const balances = sql`
  with moved as (
    select account_id, sum(amount) as posted from (
      select to_account_id as account_id, amount from transfers
      union all select from_account_id, -amount from transfers) ends
    group by account_id),
  placed as (
    select account_id, sum(amount) as held from holds where state = 'placed' group by account_id)
  select a.name as "of", figures.* from accounts a
    left join moved on moved.account_id = a.id
    left join placed on placed.account_id = a.id
    cross join lateral (values
      ('posted', a.posted,
        case when a.kind in ('team', 'person') then coalesce(moved.posted, 0) else 0 end),
      ('held', a.held, coalesce(placed.held, 0))
    ) as figures(figure, recorded, recomputed)
  ${differing} order by a.name, figures.figure desc`;

/**
 * An allowance is added to what expires, and whatever leaves the account is taken from that first,
 * but never more than there is: a sum that does not go below zero, which is the sum of all steps
 * less the lowest that it ever was.
 */
const allowances = sql`
  with steps as (
    select to_account_id as account_id, number, amount as step
      from transfers where kind = 'allowance'
    union all
    select from_account_id, number, -amount from transfers
      where from_account_id in (select to_account_id from transfers where kind = 'allowance')),
  sums as (
    select account_id, step, sum(step) over (partition by account_id order by number) as so_far
    from steps),
  left_over as (
    select account_id, sum(step) - least(0, min(so_far)) as expiring from sums group by account_id)
  select a.name as "of", figures.* from accounts a
    left join left_over on left_over.account_id = a.id
    cross join lateral (values ('expiring', a.expiring, coalesce(left_over.expiring, 0))
    ) as figures(figure, recorded, recomputed)
  ${differing} order by a.name`;

const billed = sql.join(
  endReasonNames.filter((name) => endReasons[name].billed === 'ready').map((name) => sql`${name}`),
  sql`, `,
);

/**
 * A hold is open while its session runs, at the price of the whole lease; what was charged, to the
 * account and for the person of the lease, is what was used; devices are taken while it lives.
 */
const leases = sql`
  select s.name as "of", figures.* from sessions s
    join leases l on l.id = s.lease_id
    left join holds h on h.lease_id = l.id
    left join transfers c on c.lease_id = l.id and c.kind = 'charge'
      and c.from_account_id = l.account_id and c.person_id = l.person_id
    left join (select lease_id, count(*) as taken from lease_devices
      where state <> 'ended' group by lease_id) d on d.lease_id = l.id
    cross join lateral (select s.state in ('stopping', 'ended') as is_over,
      l.device_count * l.ticks_per_second as rate) meter
    cross join lateral (values
      ('charge', coalesce(c.amount, 0),
        case when is_over and l.end_reason::text in (${billed}) then s.ready_millis / 1000 * rate
          else 0 end),
      ('charge over hold', greatest(0, coalesce(c.amount, 0) - coalesce(h.amount, 0)), 0),
      ('hold', case when h.state = 'placed' and h.account_id = l.account_id then h.amount else 0 end,
        case when is_over then 0 else l.lease_seconds * rate end),
      ('devices', coalesce(d.taken, 0),
        case when l.state = 'active' and s.state <> 'ended' then l.device_count else 0 end),
      ('unended lease', (l.state <> 'ended')::int, (s.state <> 'ended')::int)
    ) as figures(figure, recorded, recomputed)
  ${differing} order by s.name, s.id, figures.figure`;

/** What was granted on a request is what was asked for, once enough others agreed, and only then. */
const requests = sql`
  select 'request ' || r.number as "of", figures.* from grant_requests r
    left join transfers g on g.grant_request_id = r.id and g.kind = 'grant'
      and g.to_account_id = r.account_id
    cross join lateral (select count(*) as agreed from approvals a
      where a.grant_request_id = r.id and a.person_id <> r.person_id) votes
    cross join lateral (values
      ('grant', coalesce(g.amount, 0), case when r.state = 'approved' then r.amount else 0 end),
      ('approvals', agreed, case when r.state = 'approved' then r.approvals_needed
        else least(agreed, r.approvals_needed - 1) end)
    ) as figures(figure, recorded, recomputed)
  ${differing} order by r.number, figures.figure`;

/** Each transfer follows from an accepted decision, and goes where its kind and its cause say. */
const movements = sql`
  select 'transfer ' || t.number as "of", figures.* from transfers t
    join accounts source on source.id = t.from_account_id
    join accounts target on target.id = t.to_account_id
    left join events e on e.id = t.event_id and e.outcome->>'kind' = 'accepted'
    left join leases l on l.id = t.lease_id
    left join grant_requests r on r.id = t.grant_request_id
    left join transfers o on o.id = t.reverses_id
    cross join lateral (select source.kind in ('team', 'person') as is_out,
      target.kind in ('team', 'person') as is_in,
      source.kind = 'issuer' as is_new, target.kind = 'issuer' as is_back) ways
    cross join lateral (values
      ('decision', (e.id is not null)::int, 1),
      ('movement', t.amount, case when coalesce(case t.kind
          when 'grant' then is_new and is_in
            and (t.grant_request_id is null or r.account_id = t.to_account_id)
          when 'reward' then is_new and is_in
          when 'allowance' then is_new and is_in and t.period is not null
          when 'expiry' then is_out and is_back
          when 'give' then is_out and is_in
          when 'adjustment' then is_new and is_in or is_out and is_back
          when 'reversal' then is_new and is_in or is_out and is_back
          when 'charge' then is_out and target.kind = 'spent'
            and l.account_id = t.from_account_id and l.person_id = t.person_id
          else false end, false)
        and (t.lease_id is null or t.kind = 'charge')
        and (t.grant_request_id is null or t.kind = 'grant') then t.amount else 0 end),
      ('reversal', case when t.kind = 'reversal' or o.id is not null then t.amount else 0 end,
        case when t.kind = 'reversal' and o.from_account_id = t.to_account_id
          and o.to_account_id = t.from_account_id then o.amount else 0 end)
    ) as figures(figure, recorded, recomputed)
  ${differing} order by t.number, figures.figure`;
