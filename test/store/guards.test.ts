import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { events, notices } from '../../db/schema/events.ts';
import { devices, hosts } from '../../db/schema/fleet.ts';
import { accounts, transfers } from '../../db/schema/ledger.ts';
import { identities, persons, teams } from '../../db/schema/people.ts';
import { holds, leaseDevices, leases, sessions } from '../../db/schema/sessions.ts';
import { onEachDatabase, sessionIn, violation } from '../support/stage.ts';

onEachDatabase('the database itself', {}, (stage) => {
  const db = () => stage.database.db;
  const first = async <Row>(rows: PromiseLike<Row[]>): Promise<Row> => {
    const [row] = await rows;
    if (!row) throw new Error('no row');
    return row;
  };
  const id = randomUUID();

  it('keeps holds, counts and charges from being negative or nothing', async () => {
    await sessionIn(stage.world, 'requested');
    const team = eq(accounts.kind, 'team');
    const held = db().update(accounts).set({ held: -1n }).where(team);
    expect(await violation(held)).toBe('held_not_negative');
    const over = db().update(accounts).set({ held: sql`posted + 1` }).where(team);
    expect(await violation(over)).toBe('available_not_negative');
    expect(await violation(db().update(holds).set({ amount: -1n }))).toBe('hold_not_negative');
    const none = db().update(leases).set({ deviceCount: 0 });
    expect(await violation(none)).toBe('device_count_positive');
  });

  it('lets the issuer alone go below zero', async () => {
    const [issuer] = await db().select().from(accounts).where(eq(accounts.kind, 'issuer'));
    expect(issuer?.posted).toBe(-1_800_000_000n);
    const spent = db().update(accounts).set({ posted: -1n }).where(eq(accounts.kind, 'spent'));
    expect(await violation(spent)).toBe('available_not_negative');
  });

  it('keeps a transfer positive and between two accounts', async () => {
    const transfer = { ...(await first(db().select().from(transfers))), id };
    const none = db()
      .insert(transfers)
      .values({ ...transfer, amount: 0n });
    expect(await violation(none)).toBe('amount_positive');
    const toAccountId = transfer.fromAccountId;
    const same = db()
      .insert(transfers)
      .values({ ...transfer, toAccountId });
    expect(await violation(same)).toBe('two_accounts');
  });

  it('refuses to change, remove or empty transfers', async () => {
    const never = 'transfers rows are never changed';
    expect(await violation(db().update(transfers).set({ reason: 'other' }))).toBe(never);
    expect(await violation(db().delete(transfers))).toBe(never);
    expect(await violation(db().execute(sql`truncate transfers`))).toBe(never);
  });

  it('charges a lease once', async () => {
    await sessionIn(stage.world, 'requested');
    const grant = await first(db().select().from(transfers));
    const lease = await first(db().select().from(leases));
    const charge = { ...grant, kind: 'charge' as const, leaseId: lease.id };
    await db()
      .insert(transfers)
      .values({ ...charge, id: randomUUID() });
    const again = db()
      .insert(transfers)
      .values({ ...charge, id: randomUUID() });
    expect(await violation(again)).toBe('one_charge_a_lease');
  });

  it('has one account for a team, one issuer and one spent', async () => {
    const team = await first(db().select().from(accounts).where(eq(accounts.kind, 'team')));
    const second = db()
      .insert(accounts)
      .values({ ...team, id });
    expect(await violation(second)).toBe('one_account_a_team');
    const issuer = { ...team, kind: 'issuer' as const, teamId: null, posted: 0n };
    expect(
      await violation(
        db()
          .insert(accounts)
          .values({ ...issuer, id }),
      ),
    ).toBe('one_issuer_one_spent');
  });

  it('has one hold and one session for a lease', async () => {
    await sessionIn(stage.world, 'requested');
    const hold = await first(db().select().from(holds));
    const again = db()
      .insert(holds)
      .values({ ...hold, id });
    expect(await violation(again)).toBe('one_hold_a_lease');
    const session = await first(db().select().from(sessions));
    const other = db()
      .insert(sessions)
      .values({ ...session, id, name: 'other' });
    expect(await violation(other)).toBe('sessions_lease_id_unique');
  });

  it('gives a device to one unended lease at a time', async () => {
    await sessionIn(stage.world, 'requested');
    await sessionIn(stage.world, 'requested');
    const [one, two] = await db().select().from(leaseDevices);
    if (!one || !two) throw new Error('two devices are taken');
    const again = { ...one, leaseId: two.leaseId };
    expect(await violation(db().insert(leaseDevices).values(again))).toBe(
      'one_unended_lease_a_device',
    );
    const mine = eq(leaseDevices.leaseId, one.leaseId);
    await db().update(leaseDevices).set({ state: 'ended' }).where(mine);
    await db().insert(leaseDevices).values(again);
    expect(await violation(db().insert(leaseDevices).values(one))).toBe('a_device_once_a_lease');
  });

  it('has a name once among the living', async () => {
    await sessionIn(stage.world, 'requested');
    const second = await sessionIn(stage.world, 'requested');
    const same = () => db().update(sessions).set({ name: 'brave-otter' });
    expect(await violation(same())).toBe('name_unique_among_living');
    await db().update(sessions).set({ state: 'ended' }).where(eq(sessions.id, second));
    expect(await violation(same())).toBe('nothing');
  });

  it('owes one update of a session’s message at a time, and any number of other notices', async () => {
    await sessionIn(stage.world, 'requested');
    const notice = await first(db().select().from(notices));
    const again = db()
      .insert(notices)
      .values({ ...notice, id });
    expect(await violation(again)).toBe('one_due_update_a_session');
    for (const kind of ['ending_soon', 'ending_soon'] as const)
      await db()
        .insert(notices)
        .values({ ...notice, kind, id: randomUUID() });
  });

  it('has each name, key and identity once', async () => {
    const team = await first(db().select().from(teams));
    const person = await first(db().select().from(persons));
    const host = await first(db().select().from(hosts));
    const device = await first(db().select().from(devices));
    const event = await first(db().select().from(events));
    const identity = await first(db().select().from(identities));
    const copies = {
      teams_name_unique: db()
        .insert(teams)
        .values({ ...team, id }),
      persons_name_unique: db()
        .insert(persons)
        .values({ ...person, id }),
      hosts_address_unique: db()
        .insert(hosts)
        .values({ ...host, id }),
      a_device_once: db()
        .insert(devices)
        .values({ ...device, id }),
      events_request_key_unique: db()
        .insert(events)
        .values({ ...event, id }),
      identities_once: db().insert(identities).values(identity),
    };
    for (const [name, copy] of Object.entries(copies)) expect(await violation(copy)).toBe(name);
  });
});
