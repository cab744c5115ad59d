import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { payAllowance } from '../../core/actions/allowance.ts';
import { checkExpiring } from '../../db/check-expiring.ts';
import { act, onEachDatabase } from '../support/stage.ts';
import { accepted } from '../support/world.ts';

/** As many transfers as the self-check has in memory at a time. */
const page = 10_000;

onEachDatabase('the self-check of more transfers than it holds in memory', {}, (stage) => {
  it('counts each of them once', async () => {
    const { db } = stage.database;
    const { accountId } = stage.world.team;
    const allowance = { accountId, period: '2026-03', carryOver: 0n, amount: 50_000n };
    await accepted(act(stage.world, payAllowance, allowance));
    const differences = () => db.transaction((tx) => checkExpiring(tx));
    /** What leaves the account is taken from its allowance. */
    const leave = (count: number) =>
      db.execute(sql`insert into transfers
          (id, kind, from_account_id, to_account_id, amount, reason, event_id, at)
        select gen_random_uuid(), 'adjustment', ${accountId}, to_account_id, 1, 'test', event_id, at
        from generate_series(1, ${count}::int), (select event_id, at from transfers limit 1) event,
          (select id as to_account_id from accounts where kind = 'issuer') issuer`);
    for (const [count, total] of [
      [page - 1, page - 1],
      [1, page],
      [page, 2 * page],
    ] as const) {
      await leave(count);
      const expiring = 50_000 - total;
      await db.execute(sql`update accounts set expiring = ${expiring} where id = ${accountId}`);
      expect([total, await differences()]).toEqual([total, []]);
    }
  });
});
