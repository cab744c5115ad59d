import { inArray, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { type BookDifference, type BookFigure, type BookSize, bookFigures } from '../core/audit.ts';
import { endReasonNames, endReasons } from '../core/end-reason.ts';
import { checkExpiring } from './check-expiring.ts';
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
      for (const check of [book, balances, leases, requests, movements])
        found.push(...z.array(row).parse(await rowsOf(tx, differences(check))));
      return [...found, ...(await checkExpiring(tx))];
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

type Check = {
  /** What each row is called, and in which order they come. */
  of: SQL;
  order: SQL;
  /** As recorded, and as recomputed. */
  figures: { [K in BookFigure]?: readonly [SQL, SQL] };
  from: SQL;
};

/** Rows are compared whole before any is taken apart: nearly all of them agree. */
function differences({ of, order, figures, from }: Check): SQL {
  const all = Object.entries(figures);
  const name = (way: string, at: number) => sql.identifier(`${way}_${at}`);
  const columns = all.map(
    ([, [recorded, recomputed]], at) =>
      sql`${recorded} as ${name('recorded', at)}, ${recomputed} as ${name('recomputed', at)}`,
  );
  const list = (way: string) => all.map((_, at) => name(way, at));
  const values = all.map(
    ([figure], at) =>
      sql`(${sql.raw(`'${figure}'`)}, ${name('recorded', at)}, ${name('recomputed', at)})`,
  );
  return sql`
    select rows."of", figures.* from (
      select ${of} as "of", ${order} as place, ${sql.join(columns, comma)} from ${from}) rows
    cross join lateral (values ${sql.join(values, comma)}) as figures(figure, recorded, recomputed)
    where row(${sql.join(list('recorded'), comma)}) <> row(${sql.join(list('recomputed'), comma)})
      and figures.recorded <> figures.recomputed
    order by rows.place, figures.figure`;
}

const comma = sql`, `;
const zero = sql`0`;

/** What came from the issuer and is not spent is what all the others have together. */
const book: Check = {
  of: sql`'all'`,
  order: zero,
  figures: { 'sum of the book': [sql`inside.posted`, sql`outside.posted`] },
  from: sql`
    (select coalesce(sum(posted), 0) as posted
      from accounts where kind in ('team', 'person')) inside
    cross join (select coalesce(
        sum(case when source.kind in ('issuer', 'spent') then t.amount else 0 end)
        - sum(case when target.kind in ('issuer', 'spent') then t.amount else 0 end), 0) as posted
      from transfers t
      join accounts source on source.id = t.from_account_id
      join accounts target on target.id = t.to_account_id) outside`,
};

/** The issuer and `spent` keep no balance, and nothing is held of them. */
const balances: Check = {
  of: sql`a.name`,
  order: sql`a.name`,
  figures: {
    posted: [
      sql`a.posted`,
      sql`case when a.kind in ('team', 'person') then coalesce(moved.posted, 0) else 0 end`,
    ],
    held: [sql`a.held`, sql`coalesce(placed.held, 0)`],
  },
  from: sql`accounts a
    left join (select account_id, sum(amount) as posted from (
        select to_account_id as account_id, amount from transfers
        union all select from_account_id, -amount from transfers) ends
      group by account_id) moved on moved.account_id = a.id
    left join (select account_id, sum(amount) as held from holds
      where state = 'placed' group by account_id) placed on placed.account_id = a.id`,
};

const billed = sql.join(
  endReasonNames.filter((name) => endReasons[name].billed === 'ready').map((name) => sql`${name}`),
  comma,
);

/**
 * A hold is open while its session runs, at the price of the whole lease; what was charged, to the
 * account and for the person of the lease, is what was used; devices are taken while it lives.
 */
const leases: Check = {
  of: sql`s.name`,
  order: sql`(s.name, s.id)`,
  figures: {
    charge: [
      sql`coalesce(c.amount, 0)`,
      sql`case when s.state in ('stopping', 'ended') and l.end_reason::text in (${billed})
        then s.ready_millis / 1000 * l.device_count * l.ticks_per_second else 0 end`,
    ],
    'charge over hold': [
      sql`greatest(0, coalesce(c.amount, 0) - coalesce(h.amount, 0))`,
      sql`0::bigint`,
    ],
    hold: [
      sql`case when h.state = 'placed' and h.account_id = l.account_id then h.amount else 0 end`,
      sql`case when s.state in ('stopping', 'ended') then 0
        else l.lease_seconds * l.device_count * l.ticks_per_second end`,
    ],
    devices: [
      sql`coalesce(d.taken, 0)`,
      sql`case when l.state = 'active' and s.state <> 'ended' then l.device_count else 0 end`,
    ],
    'unended lease': [sql`(l.state <> 'ended')::int`, sql`(s.state <> 'ended')::int`],
  },
  from: sql`sessions s
    join leases l on l.id = s.lease_id
    left join holds h on h.lease_id = l.id
    left join transfers c on c.lease_id = l.id and c.kind = 'charge'
      and c.from_account_id = l.account_id and c.person_id = l.person_id
    left join (select lease_id, count(*) as taken from lease_devices
      where state <> 'ended' group by lease_id) d on d.lease_id = l.id`,
};

/** What was granted on a request is what was asked for, once enough others agreed, and only then. */
const requests: Check = {
  of: sql`'request ' || r.number`,
  order: sql`r.number`,
  figures: {
    grant: [
      sql`coalesce(g.amount, 0)`,
      sql`case when r.state = 'approved' then r.amount else 0 end`,
    ],
    approvals: [
      sql`coalesce(votes.agreed, 0)`,
      sql`case when r.state = 'approved' then r.approvals_needed
        else least(coalesce(votes.agreed, 0), r.approvals_needed - 1) end`,
    ],
  },
  from: sql`grant_requests r
    left join transfers g on g.grant_request_id = r.id and g.kind = 'grant'
      and g.to_account_id = r.account_id
    left join (select q.id, count(*) as agreed from approvals a
        join grant_requests q on q.id = a.grant_request_id and q.person_id <> a.person_id
      group by q.id) votes on votes.id = r.id`,
};

/** Each transfer follows from an accepted decision, and goes where its kind and its cause say. */
const movements: Check = {
  of: sql`'transfer ' || t.number`,
  order: sql`t.number`,
  figures: {
    decision: [sql`(coalesce(e.outcome->>'kind', '') = 'accepted')::int`, sql`1`],
    movement: [
      sql`t.amount`,
      sql`case when coalesce(case t.kind
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
        and (t.grant_request_id is null or t.kind = 'grant') then t.amount else 0 end`,
    ],
    reversal: [
      sql`case when t.kind = 'reversal' or o.id is not null then t.amount else 0 end`,
      sql`case when t.kind = 'reversal' and o.from_account_id = t.to_account_id
        and o.to_account_id = t.from_account_id then o.amount else 0 end`,
    ],
  },
  from: sql`transfers t
    join (select id, kind, kind = 'issuer' as is_new, kind in ('team', 'person') as is_out
      from accounts) source on source.id = t.from_account_id
    join (select id, kind, kind = 'issuer' as is_back, kind in ('team', 'person') as is_in
      from accounts) target on target.id = t.to_account_id
    left join events e on e.id = t.event_id
    left join leases l on l.id = t.lease_id
    left join grant_requests r on r.id = t.grant_request_id
    left join transfers o on o.id = t.reverses_id`,
};
