import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { events, notices } from '../../db/schema/events.ts';
import { devices, hosts } from '../../db/schema/fleet.ts';
import { identities, persons, teams } from '../../db/schema/people.ts';
import { holds, leaseDevices, sessions } from '../../db/schema/sessions.ts';
import { onEachDatabase, sessionIn, violation } from '../support/stage.ts';

onEachDatabase('the database itself', {}, (stage) => {
  const db = () => stage.database.db;
  const first = async <Row>(rows: PromiseLike<Row[]>): Promise<Row> => {
    const [row] = await rows;
    if (!row) throw new Error('no row');
    return row;
  };
  const id = randomUUID();

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

  it('says once what is to be said once, and anything else as often as it comes', async () => {
    await sessionIn(stage.world, 'requested');
    const notice = await first(db().select().from(notices));
    const say = (onceKey: string | null) =>
      db()
        .insert(notices)
        .values({ ...notice, kind: 'vote_ignored', id: randomUUID(), onceKey });
    for (const key of ['one', 'two', null, null]) await say(key);
    expect(await violation(say('one'))).toBe('said_once');
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
