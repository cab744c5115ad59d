import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { FactTable } from '../../core/action.ts';
import type { Spending } from '../../core/limits.ts';
import { spendingPeriods } from '../../core/policy.ts';
import { type Db, rowsOf, type Transaction } from '../database.ts';

const ticks = z.coerce.bigint();
const instant = z.coerce.date();
const row = z.object({
  held: ticks,
  person_devices: z.coerce.number(),
  team_devices: z.coerce.number(),
  day_charged: ticks,
  day_until: instant,
  week_charged: ticks,
  week_until: instant,
  month_charged: ticks,
  month_until: instant,
});

/** Days, weeks (from Monday) and months are those of the team's zone. */
export async function loadSpending(
  tx: Db | Transaction,
  { of, at }: FactTable['spending']['ask'],
): Promise<Spending> {
  const whose: SQL =
    'sessionId' in of
      ? sql`select l.team_id, l.person_id from sessions s join leases l on l.id = s.lease_id
          where s.id = ${of.sessionId}`
      : sql`select ${of.teamId}::uuid as team_id, ${of.personId}::uuid as person_id`;
  const now = sql`${at.toISOString()}::timestamptz`;
  const since = (period: string) => sql`date_trunc(${sql.raw(`'${period}'`)}, ${now}, t.zone)`;
  const figures = spendingPeriods.map(
    (period) => sql`
      coalesce(sum(c.amount) filter (where c.at >= ${since(period)}), 0)
        as ${sql.identifier(`${period}_charged`)},
      (date_trunc(${sql.raw(`'${period}'`)}, ${now} at time zone t.zone)
        + ${sql.raw(`interval '1 ${period}'`)}) at time zone t.zone
        as ${sql.identifier(`${period}_until`)}`,
  );
  const rows = await rowsOf(
    tx,
    sql`with who as (${whose})
    select
      (select coalesce(sum(h.amount), 0) from holds h join leases l on l.id = h.lease_id
        where h.state = 'placed' and h.account_id = a.id and l.person_id = who.person_id
          and l.state <> 'ended') as held,
      (select coalesce(sum(l.device_count), 0) from leases l
        where l.state <> 'ended' and l.team_id = who.team_id and l.person_id = who.person_id)
        as person_devices,
      (select coalesce(sum(l.device_count), 0) from leases l
        where l.state <> 'ended' and l.team_id = who.team_id) as team_devices,
      ${sql.join(figures, sql`, `)}
    from who
    join teams t on t.id = who.team_id
    join accounts a on a.team_id = t.id
    left join transfers c on c.from_account_id = a.id and c.kind = 'charge'
      and c.person_id = who.person_id
      and c.at >= least(${since('week')}, ${since('month')})
    group by a.id, t.zone, who.team_id, who.person_id`,
  );
  const found = row.parse(rows[0]);
  return {
    held: found.held,
    personDevices: found.person_devices,
    teamDevices: found.team_devices,
    periods: {
      day: { charged: found.day_charged, until: found.day_until },
      week: { charged: found.week_charged, until: found.week_until },
      month: { charged: found.month_charged, until: found.month_until },
    },
  };
}
