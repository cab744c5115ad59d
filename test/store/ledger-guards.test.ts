import { randomUUID } from 'node:crypto';
import { eq, inArray, sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { request } from '../../core/actions/request.ts';
import { accounts, approvals, grantRequests, transfers } from '../../db/schema/ledger.ts';
import { holds, leases } from '../../db/schema/sessions.ts';
import { as, onEachDatabase, sessionIn, violation } from '../support/stage.ts';
import { accepted } from '../support/world.ts';

onEachDatabase('the database itself', {}, (stage) => {
  const db = () => stage.database.db;
  const first = async <Row>(rows: PromiseLike<Row[]>): Promise<Row> => {
    const [row] = await rows;
    if (!row) throw new Error('no row');
    return row;
  };
  const team = eq(accounts.kind, 'team');
  const ofBoth = inArray(accounts.kind, ['issuer', 'spent']);
  /** The first grant once more, with what is said of it. */
  async function insertLike(set: Partial<typeof transfers.$inferInsert>) {
    const { number: _, ...grant } = await first(db().select().from(transfers));
    await db()
      .insert(transfers)
      .values({ ...grant, id: randomUUID(), ...set });
  }

  it('keeps holds, counts and amounts from being negative or nothing', async () => {
    await sessionIn(stage.world, 'requested');
    const held = db().update(accounts).set({ held: -1n }).where(team);
    expect(await violation(held)).toBe('held_not_negative');
    const over = db().update(accounts).set({ held: sql`posted + 1` }).where(team);
    expect(await violation(over)).toBe('available_not_negative');
    expect(await violation(db().update(holds).set({ amount: -1n }))).toBe('hold_not_negative');
    const none = db().update(leases).set({ deviceCount: 0 });
    expect(await violation(none)).toBe('device_count_positive');
  });

  it('lets nobody have more that expires than there is', async () => {
    for (const expiring of [sql`posted + 1`, -1n])
      expect(await violation(db().update(accounts).set({ expiring }).where(team))).toBe(
        'expiring_within_posted',
      );
    expect(await violation(db().update(accounts).set({ expiring: sql`posted` }).where(team))).toBe(
      'nothing',
    );
  });

  it('keeps no balance of the issuer and of what is spent', async () => {
    expect(await violation(db().update(accounts).set({ posted: 1n }).where(ofBoth))).toBe(
      'no_balance_of_issuer_and_spent',
    );
    for (const set of [{ posted: -1n }, { held: 1n }])
      expect(await violation(db().update(accounts).set(set).where(ofBoth))).not.toBe('nothing');
  });

  it('keeps a transfer positive and between two accounts', async () => {
    expect(await violation(insertLike({ amount: 0n }))).toBe('amount_positive');
    const { fromAccountId } = await first(db().select().from(transfers));
    expect(await violation(insertLike({ toAccountId: fromAccountId }))).toBe('two_accounts');
  });

  it('refuses to change, remove or empty transfers', async () => {
    const never = 'transfers rows are never changed';
    expect(await violation(db().update(transfers).set({ reason: 'other' }))).toBe(never);
    expect(await violation(db().delete(transfers))).toBe(never);
    expect(await violation(db().execute(sql`truncate transfers cascade`))).toBe(never);
    // Nor by way of what it refers to.
    expect(await violation(db().execute(sql`truncate accounts cascade`))).toBe(never);
  });

  it('gives transfers their numbers itself', async () => {
    const given = db().execute(sql`insert into transfers (number) values (7)`);
    expect(await violation(given)).toContain('non-DEFAULT value into column "number"');
  });

  it('charges a lease once', async () => {
    await sessionIn(stage.world, 'requested');
    const { id: leaseId } = await first(db().select().from(leases));
    await insertLike({ kind: 'charge', leaseId });
    expect(await violation(insertLike({ kind: 'charge', leaseId }))).toBe('one_charge_a_lease');
  });

  it('grants a request once, and has an approver once among those who agreed', async () => {
    const { world } = stage;
    const bob = await world.actorOf('bob');
    const channel = { platform: 'console' as const, channel: 'lab' };
    const asked = { accountId: world.team.accountId, amount: 5n, reason: 'test', channel };
    const { requestId: grantRequestId } = await accepted(as(world, bob)(request, asked));
    await insertLike({ grantRequestId });
    expect(await violation(insertLike({ grantRequestId }))).toBe('one_grant_a_request');
    const { personId } = await world.actorOf('alice');
    const agree = () =>
      db().insert(approvals).values({ grantRequestId, personId, at: world.clock.now() });
    await agree();
    expect(await violation(agree())).toBe('approvals_grant_request_id_person_id_pk');
    const none = db().update(grantRequests).set({ amount: 0n });
    expect(await violation(none)).toBe('requested_positive');
    const nobody = db().update(grantRequests).set({ approvalsNeeded: 0 });
    expect(await violation(nobody)).toBe('approvals_needed_positive');
  });

  it('takes a transfer back once', async () => {
    const { id: reversesId } = await first(db().select().from(transfers));
    await insertLike({ kind: 'reversal', reversesId });
    expect(await violation(insertLike({ kind: 'reversal', reversesId }))).toBe('reversed_once');
  });

  it('pays an account one allowance a period', async () => {
    const allowance = { kind: 'allowance', period: '2026-03' } as const;
    await insertLike(allowance);
    expect(await violation(insertLike(allowance))).toBe('one_allowance_a_period');
    await insertLike({ ...allowance, period: '2026-04' });
    const bob = await first(db().select().from(accounts).where(eq(accounts.name, 'bob')));
    await insertLike({ ...allowance, toAccountId: bob.id });
  });

  it('has one account for a team and for a person, one issuer and one spent', async () => {
    const [teams, bob] = [team, eq(accounts.name, 'bob')];
    const again = async (which: typeof team, set: Partial<typeof accounts.$inferInsert> = {}) => {
      const account = await first(db().select().from(accounts).where(which));
      const copy = { ...account, id: randomUUID(), ...set };
      return violation(db().insert(accounts).values(copy));
    };
    expect(await again(teams)).toBe('one_account_a_team');
    expect(await again(bob)).toBe('one_account_a_person');
    for (const kind of ['issuer', 'spent'] as const) {
      const set = { kind, personId: null };
      expect(await again(bob, set)).toBe('one_issuer_one_spent');
    }
  });
});
