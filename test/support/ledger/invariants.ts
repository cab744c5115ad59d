import { type SQL, sql } from 'drizzle-orm';
import { spendingPeriods } from '../../../core/policy.ts';
import { rowsOf } from '../../../db/database.ts';
import { type Ledger, ledgerPolicy, limitsOf } from './world.ts';

/** What must be so whenever all is quiet. Each statement finds what is not. */
const broken = {
  'an available balance below zero': () => sql`select name, posted, held from accounts
    where posted < held or held < 0 or (kind in ('issuer', 'spent') and (posted, held) <> (0, 0))`,

  'an allowance larger than its balance': () =>
    sql`select name, expiring, posted from accounts where expiring not between 0 and posted`,

  'a book that does not sum to zero': () => sql`
    with flow as (
      select a.kind in ('issuer', 'spent') as is_outside, sum(m.amount) as amount
      from (select from_account_id as id, -amount as amount from transfers
        union all select to_account_id, amount from transfers) m
      join accounts a using (id) group by 1)
    select * from flow where (select sum(amount) from flow) <> 0
      or (not is_outside and amount <> (select sum(posted) from accounts))`,

  // What is held counts as if it were charged now: it may become that, and no more.
  'a spending limit passed': ({ now }: At) => sql`
    with spent as (
      select a.team_id, c.person_id, c.at, c.amount from transfers c
        join accounts a on a.id = c.from_account_id where c.kind = 'charge'
      union all
      select a.team_id, l.person_id, ${now.toISOString()}::timestamptz, h.amount from holds h
        join accounts a on a.id = h.account_id join leases l on l.id = h.lease_id
        where h.state = 'placed')
    select t.name, s.person_id, limits.period, date_trunc(limits.period, s.at, t.zone) as since,
      sum(s.amount) as amount, limits.most
    from spent s join teams t on t.id = s.team_id
    join jsonb_to_recordset(${JSON.stringify(spendingLimits)}::jsonb)
      as limits(team text, period text, most bigint) on limits.team = t.name
    group by 1, 2, 3, 4, limits.most having sum(s.amount) > limits.most`,

  'a device limit passed': () => sql`
    with used as (
      select team_id, person_id, sum(device_count) as devices from leases
        where state <> 'ended' group by grouping sets ((team_id), (team_id, person_id)))
    select t.name, used.person_id, used.devices
    from used join teams t on t.id = used.team_id
    join jsonb_to_recordset(${JSON.stringify(deviceLimits)}::jsonb)
      as limits(team text, person int, whole int) on limits.team = t.name
    where used.devices > case when used.person_id is null then whole else person end`,

  'a hold that is not the price of its whole lease': () => sql`
    select l.id, l.state, h.amount from holds h join leases l on l.id = h.lease_id
    where h.state = 'placed' and h.amount <> l.device_count::bigint * l.lease_seconds
      * l.ticks_per_second`,

  'a device with two unended leases': () => sql`select device_id from lease_devices
    where state <> 'ended' group by 1 having count(*) > 1`,

  'more leases in line than there may be': () => sql`select count(*) from leases
    where state = 'queued' having count(*) > ${ledgerPolicy.queueLimit}`,

  'more pending requests of a person than there may be': () => sql`
    select person_id, count(*) from grant_requests where state = 'pending'
    group by 1 having count(*) > ${ledgerPolicy.pendingRequestLimit}`,

  'an approved request without its one grant, or a grant without': () => sql`
    select r.number, r.state, count(t.id) from grant_requests r
    left join transfers t on t.grant_request_id = r.id and t.kind = 'grant'
      and t.amount = r.amount and t.to_account_id = r.account_id
    group by r.id having count(t.id) <> case r.state when 'approved' then 1 else 0 end
    union all select number, null, null from transfers
    where grant_request_id is not null and kind <> 'grant'`,

  'a request decided by somebody who may not, or by too few': () => sql`
    select r.number, r.state, r.decided_by, count(a.person_id) from grant_requests r
    left join approvals a on a.grant_request_id = r.id
    where (r.state = 'pending') <> (r.decided_at is null)
      or (r.state in ('pending', 'expired')) <> (r.decided_by is null)
      or (r.state = 'withdrawn' and r.decided_by <> r.person_id)
      or (r.state in ('approved', 'denied') and (r.decided_by = r.person_id
        or not exists (select from memberships m where m.team_id = r.team_id
          and m.person_id = r.decided_by and 'admin' = any(m.roles))))
      or exists (select from approvals o where o.grant_request_id = r.id
        and (o.person_id = r.person_id or not exists (select from memberships m
          where m.team_id = r.team_id and m.person_id = o.person_id and 'admin' = any(m.roles))))
    group by r.id
    union all
    select r.number, r.state, r.decided_by, count(a.person_id) from grant_requests r
    left join approvals a on a.grant_request_id = r.id
    group by r.id having (r.state = 'approved') <> (count(a.person_id) >= r.approvals_needed)`,

  'a transfer that nobody asked for': () => sql`select number from transfers t
    where not exists (select from events e where e.id = t.event_id)`,

  'a reversal that is not its transfer the other way round': () => sql`
    select r.number from transfers r left join transfers t on t.id = r.reverses_id
    where (r.kind = 'reversal') <> (t.id is not null) or (t.id is not null and
      (t.amount, t.from_account_id, t.to_account_id)
        <> (r.amount, r.to_account_id, r.from_account_id))`,
} satisfies Record<string, (at: At) => SQL>;

type At = { now: Date };

const spendingLimits = Object.entries(limitsOf).flatMap(([team, { personSpending }]) =>
  spendingPeriods.flatMap((period) => {
    const most = personSpending[period];
    return most === null ? [] : [{ team, period, most: Number(most) }];
  }),
);
const deviceLimits = Object.entries(limitsOf).map(([team, { personDevices, teamDevices }]) => {
  return { team, person: personDevices, whole: teamDevices };
});

/** One sentence for each thing that is not as it must be. */
export async function brokenInvariants({ database, clock }: Ledger): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(broken).map(async ([what, find]) => {
      const rows = await rowsOf(database.db, find({ now: clock.now() }));
      return rows.map((row) => `${what}: ${JSON.stringify(row)}`);
    }),
  );
  return found.flat();
}
