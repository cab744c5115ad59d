import { randomUUID } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { payAllowance } from '../../core/actions/allowance.ts';
import { claim } from '../../core/actions/claim.ts';
import { grant } from '../../core/actions/grant.ts';
import { reportStopped } from '../../core/actions/report.ts';
import { request } from '../../core/actions/request.ts';
import { stop } from '../../core/actions/stop.ts';
import { vote } from '../../core/actions/vote.ts';
import { transfers } from '../../db/schema/ledger.ts';
import { act, as, claimOf, onEachDatabase, sessionIn, viewOf } from '../support/stage.ts';
import { accepted, noon } from '../support/world.ts';

const named = (name: string) => sql`(select id from accounts where name = ${name})`;
const anyLease = sql`(select id from leases)`;
const hour = 36_000_000n;

onEachDatabase('the self-check shows', {}, (stage) => {
  const db = () => stage.database.db;
  const plant = (statement: SQL) => db().execute(statement);
  /** Past the trigger that keeps transfers as they are. */
  const tamper = (statement: SQL) =>
    db().transaction(async (tx) => {
      await tx.execute(sql`set local session_replication_role = replica`);
      await tx.execute(statement);
    });
  /** A transfer that nobody decided, with the balances that it leads to. */
  async function plantTransfer(kind: string, ends: [string, string], set: object = {}) {
    const [from, to] = ends;
    const row = {
      id: randomUUID(),
      kind: kind as 'give',
      fromAccountId: named(from),
      toAccountId: named(to),
      amount: 7n,
      reason: 'planted',
      eventId: sql`(select event_id from transfers order by number limit 1)`,
      at: noon,
      ...set,
    };
    await db().insert(transfers).values(row);
    const own = sql`kind in ('team', 'person')`;
    await plant(sql`update accounts set posted = posted - ${row.amount}
      where name = ${from} and ${own}`);
    await plant(sql`update accounts set posted = posted + ${row.amount}
      where name = ${to} and ${own}`);
  }
  /** Each as `lab posted +1`: what is recorded over what it should be. */
  async function differences() {
    const found = await stage.world.store.checkBook();
    return found.map(({ of, figure, recorded, recomputed }) => {
      const by = recorded - recomputed;
      return `${of} ${figure} ${by > 0n ? '+' : ''}${by}`;
    });
  }
  async function accountOf(name: string) {
    const payees = await stage.world.store.payees();
    return payees.find((payee) => payee.name === name)?.accountId ?? '';
  }
  async function grantTo(name: string, amount: bigint) {
    const accountId = await accountOf(name);
    await accepted(act(stage.world, grant, { accountId, amount, reason: 'test' }));
  }
  async function startedAs(state: 'requested' | 'running') {
    const id = await sessionIn(stage.world, state);
    return { id, name: (await viewOf(stage.world, id)).name };
  }
  async function ended() {
    const { world } = stage;
    const { id: sessionId, name } = await startedAs('running');
    await world.clock.advance(60_000);
    await accepted(act(world, stop, { sessionId }));
    await accepted(act(world, claim, { sessionId, step: 'stop' as const, token: claimOf }));
    await accepted(act(world, reportStopped, { sessionId, token: claimOf }));
    return name;
  }
  async function approved() {
    const { world } = stage;
    const channel = { platform: 'console' as const, channel: 'lab' };
    const input = { accountId: world.team.accountId, amount: 77n, reason: 'test', channel };
    const bob = as(world, await world.actorOf('bob'));
    const { requestId } = await accepted(bob(request, input));
    const yes = { requestId, vote: 'approve', by: 'command', standing: 'member' } as const;
    const alice = as(world, await world.actorOf('alice'));
    await accepted(alice(vote, { ...yes, reason: null }));
  }

  it('nothing of a book that adds up', async () => {
    await ended();
    await approved();
    await startedAs('running');
    expect(await differences()).toEqual([]);
  });

  it('credits that no transfer accounts for', async () => {
    await plant(sql`update accounts set posted = posted + 1 where name = 'lab'`);
    expect(await differences()).toEqual(['all sum of the book +1', 'lab posted +1']);
  });

  it('credits that went astray between two accounts', async () => {
    await plant(sql`update accounts set posted = posted - 7 where name = 'lab'`);
    await plant(sql`update accounts set posted = posted + 7 where name = 'bob'`);
    expect(await differences()).toEqual(['bob posted +7', 'lab posted -7']);
  });

  it('what is held for nothing', async () => {
    await plant(sql`update accounts set held = held + 5 where name = 'lab'`);
    expect(await differences()).toEqual(['lab held +5']);
  });

  it('a hold that was closed while its session lives, and still weighs', async () => {
    const { name } = await startedAs('requested');
    await plant(sql`update holds set state = 'released'`);
    expect(await differences()).toEqual([`lab held +${hour}`, `${name} hold -${hour}`]);
  });

  it('a hold that is open although its session is over', async () => {
    const name = await ended();
    await plant(sql`update holds set state = 'placed'`);
    await plant(sql`update accounts set held = held + ${hour} where name = 'lab'`);
    expect(await differences()).toEqual([`${name} hold +${hour}`]);
  });

  it('a hold that is not the price of its lease', async () => {
    const { name } = await startedAs('running');
    await plant(sql`update holds set amount = amount - 1`);
    await plant(sql`update accounts set held = held - 1 where name = 'lab'`);
    expect(await differences()).toEqual([`${name} hold -1`]);
  });

  it('a hold on another account than its lease’s', async () => {
    await grantTo('bob', hour);
    const { name } = await startedAs('requested');
    await plant(sql`update holds set account_id = ${named('bob')}`);
    await plant(sql`update accounts set held = case name when 'bob' then ${hour} else 0 end`);
    expect(await differences()).toEqual([`${name} hold -${hour}`]);
  });

  it('seconds that were used and not charged, but not a part of one', async () => {
    const name = await ended();
    await plant(sql`update sessions set ready_millis = ready_millis + 999`);
    expect(await differences()).toEqual([]);
    await plant(sql`update sessions set ready_millis = ready_millis + 1`);
    expect(await differences()).toEqual([`${name} charge -10000`]);
  });

  it('a charge for what is not billed', async () => {
    const name = await ended();
    await plant(sql`update leases set end_reason = 'start_failed'`);
    expect(await differences()).toEqual([`${name} charge +600000`]);
  });

  it('a charge while the session still runs', async () => {
    const { name } = await startedAs('running');
    const personId = (await stage.world.actorOf('bob')).personId;
    await plantTransfer('charge', ['lab', 'spent'], { leaseId: anyLease, personId });
    expect(await differences()).toEqual([`${name} charge +7`]);
  });

  it('a charge over its hold', async () => {
    const name = await ended();
    await plant(sql`update holds set amount = 500000`);
    expect(await differences()).toEqual([`${name} charge over hold +100000`]);
  });

  it.each(['from_account_id', 'person_id'])(
    'a charge with another %s than its lease',
    async (of) => {
      await grantTo('carol', hour);
      const name = await ended();
      const carol =
        of === 'person_id' ? sql`(select id from persons where name = 'carol')` : named('carol');
      await tamper(
        sql`update transfers set ${sql.identifier(of)} = ${carol} where kind = 'charge'`,
      );
      const found = await differences();
      const ofCharge = [`${name} charge -600000`, 'transfer 3 movement +600000'];
      expect(found.filter((line) => !line.includes('posted'))).toEqual(ofCharge);
    },
  );

  it('devices of a lease that ended, and a lease without its devices', async () => {
    const over = await ended();
    await plant(sql`update lease_devices set state = 'active'`);
    expect(await differences()).toEqual([`${over} devices +1`]);
    await plant(sql`update lease_devices set state = 'ended'`);
    const { name } = await startedAs('running');
    await plant(sql`update lease_devices set state = 'ended'`);
    expect(await differences()).toEqual([`${name} devices -1`]);
  });

  it('a lease that outlives its session', async () => {
    const name = await ended();
    await plant(sql`update leases set state = 'active'`);
    expect(await differences()).toEqual([`${name} unended lease +1`]);
  });

  it('an allowance that is not there any more, was not passed on, or never was', async () => {
    const input = {
      accountId: await accountOf('bob'),
      amount: 50n,
      carryOver: 0n,
      period: '2026-03',
    };
    await accepted(act(stage.world, payAllowance, input));
    await grantTo('bob', 20n);
    await plantTransfer('give', ['bob', 'carol'], { amount: 20n });
    await plant(sql`update accounts set expiring = case name when 'lab' then 3 else 29 end
      where name in ('bob', 'lab')`);
    const found = ['bob expiring -1', 'carol expiring -20', 'lab expiring +3'];
    expect(await differences()).toEqual(found);
  });

  it('a request that was approved and not granted', async () => {
    await approved();
    await tamper(sql`delete from transfers where grant_request_id is not null`);
    await plant(sql`update accounts set posted = posted - 77 where name = 'lab'`);
    expect(await differences()).toEqual(['request 1 grant -77']);
  });

  it.each(['pending', 'denied', 'withdrawn', 'expired'])(
    'a grant on a request that is %s',
    async (state) => {
      await approved();
      await plant(sql`update grant_requests set state = ${state}`);
      expect(await differences()).toEqual(['request 1 approvals +1', 'request 1 grant +77']);
    },
  );

  it('a grant of another amount, or to another account, than was asked for', async () => {
    await approved();
    await plant(sql`update grant_requests set amount = 78`);
    expect(await differences()).toEqual(['request 1 grant -1']);
    await plant(sql`update grant_requests set amount = 77, account_id = ${named('bob')}`);
    expect(await differences()).toEqual(['request 1 grant -77', 'transfer 2 movement +77']);
  });

  it('a request that too few others agreed to', async () => {
    await approved();
    await plant(sql`update approvals set person_id = (select id from persons where name = 'bob')`);
    expect(await differences()).toEqual(['request 1 approvals -1']);
    await plant(sql`delete from approvals`);
    expect(await differences()).toEqual(['request 1 approvals -1']);
  });

  it('a transfer that no accepted decision led to', async () => {
    await plantTransfer('grant', ['issuer', 'bob'], { eventId: randomUUID() });
    expect(await differences()).toEqual(['transfer 2 decision -1']);
    await plant(sql`update events set outcome = '{"kind":"refused"}'`);
    expect(await differences()).toEqual(['transfer 1 decision -1', 'transfer 2 decision -1']);
  });

  it.each<[string, string, string]>([
    ['grant', 'bob', 'carol'],
    ['grant', 'spent', 'carol'],
    ['reward', 'carol', 'issuer'],
    ['allowance', 'issuer', 'bob'],
    ['expiry', 'issuer', 'bob'],
    ['give', 'issuer', 'bob'],
    ['adjustment', 'bob', 'carol'],
    ['charge', 'bob', 'spent'],
    ['gift', 'bob', 'carol'],
  ])('a %s that goes from %s to %s as none may', async (kind, from, to) => {
    for (const name of ['bob', 'carol']) await grantTo(name, 100n);
    await plantTransfer(kind, [from, to]);
    const found = await differences();
    expect(found.filter((line) => !line.includes('expiring'))).toEqual(['transfer 4 movement +7']);
  });

  it('a gift in the name of a lease or a request', async () => {
    await approved();
    await startedAs('requested');
    await plantTransfer('give', ['lab', 'bob'], { leaseId: anyLease });
    expect(await differences()).toEqual(['transfer 3 movement +7']);
  });

  it('a reversal that is larger than its transfer, or of none, or the wrong way round', async () => {
    await grantTo('bob', 10n);
    const reversesId = sql`(select id from transfers order by number desc limit 1)`;
    await plantTransfer('reversal', ['bob', 'issuer'], { reversesId });
    expect(await differences()).toEqual(['transfer 3 reversal -3']);
    await plantTransfer('reversal', ['bob', 'issuer'], { amount: 2n });
    await plantTransfer('grant', ['issuer', 'bob']);
    await plantTransfer('reversal', ['issuer', 'bob'], { reversesId });
    const all = ['transfer 3 reversal -3', 'transfer 4 reversal +2', 'transfer 6 reversal +7'];
    expect(await differences()).toEqual(all);
  });

  it('another kind of transfer that says to take one back', async () => {
    await grantTo('bob', 10n);
    const reversesId = sql`(select id from transfers order by number limit 1)`;
    await plantTransfer('give', ['bob', 'carol'], { reversesId });
    expect(await differences()).toEqual(['transfer 3 reversal +7']);
  });
});
