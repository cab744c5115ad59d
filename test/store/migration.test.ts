import { readFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../adapters/system/new-id.ts';
import { stop } from '../../core/actions/stop.ts';
import type { Store } from '../../core/store.ts';
import { type Database, rowsOf } from '../../db/database.ts';
import { notices } from '../../db/schema/events.ts';
import { accounts } from '../../db/schema/ledger.ts';
import { createStore } from '../../db/store.ts';
import { earlierKinds } from '../support/earlier-version.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { accepted, lab, system, testPolicy } from '../support/world.ts';

/** 14:00, while `brave-otter` runs since 13:00 and `calm-owl` is over. */
const now = new Date('2026-01-05T14:00:00Z');
const running = '00000000-0000-4000-8000-00000000051a';
const hosts = [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }];
const rows = await readFile(new URL('../fixtures/as-of-0001.sql', import.meta.url), 'utf8');

describe.each(Object.entries(earlierKinds))('a database of the first version on %s', (_, make) => {
  let database: Database;
  let store: Store;
  let remove: () => Promise<void>;
  let teamId = '';
  let accountId = '';
  beforeAll(async () => {
    const earlier = await make(2, rows);
    remove = earlier.remove;
    database = await earlier.open();
    const secret = () => 'secret';
    const deps = { clock: createFakeClock(now), newId, newSecret: secret, policy: testPolicy };
    store = createStore(database, deps);
    const [team] = (await store.setUp({ teams: [lab], hosts })).teams;
    teamId = team?.teamId ?? '';
    accountId = team?.accountId ?? '';
  });
  afterAll(async () => {
    await database?.close();
    await remove?.();
  });

  it('has a book that adds up, with no balance of the issuer and of what was spent', async () => {
    expect(await store.checkBook()).toEqual([]);
    const found = await database.db.select().from(accounts);
    const posted = Object.fromEntries(found.map(({ name, ...account }) => [name, account.posted]));
    const spentOnes = 600_000n;
    const none = { issuer: 0n, spent: 0n, alice: 0n, bob: 0n, carol: 0n };
    expect(posted).toEqual({ ...none, lab: 1_800_000_000n - spentOnes });
  });

  it('has its people in their team, with their roles, tokens and identities', async () => {
    const alice = await store.personOf('console', 'alice', 'lab');
    expect(alice).toMatchObject({ name: 'alice', team: 'lab', teamId, roles: ['admin'] });
    expect(await store.personOfToken('hash-of-bob')).toMatchObject({ name: 'bob', teamId });
    expect(await store.personOf('slack', 'U-left', 'lab')).toBeNull();
  });

  it('has sessions in the name of their team, with their devices and holds', async () => {
    expect(await store.livingSessions({ teamId })).toMatchObject([
      { name: 'brave-otter', team: { name: 'lab' }, held: 72_000_000n, devices: [{}] },
    ]);
    expect(await store.sessionByName('calm-owl')).toMatchObject({ charged: 600_000n });
  });

  it('knows who used what was charged, so that it counts within their limits', async () => {
    const charged = await rowsOf(
      database.db,
      sql`select p.name, t.amount::text from transfers t join persons p on p.id = t.person_id`,
    );
    expect(charged).toEqual([{ name: 'bob', amount: '600000' }]);
    const { holds } = await store.balanceOf(accountId);
    expect(holds).toMatchObject([{ session: 'brave-otter', holder: 'bob' }]);
  });

  it('owes what it owed, on the platform of the session', async () => {
    expect(await database.db.select().from(notices)).toMatchObject([
      { kind: 'session_changed', platform: 'slack', sessionId: running, state: 'due' },
    ]);
  });

  it('shows its decisions in the audit, as far as they were noted then', async () => {
    const asked = { teamId, personId: null, about: running, before: null, limit: 5 };
    expect(await store.events(asked)).toMatchObject([
      {
        action: 'start',
        actor: { name: 'bob', team: null, platform: null },
        session: { name: 'brave-otter', holder: 'bob' },
        facts: {},
      },
    ]);
  });

  it('goes on: what runs is ended and charged', async () => {
    const input = { sessionId: running };
    await accepted(store.perform(stop, { requestKey: 'stop', actor: system, input }));
    expect(await store.sessionById(running)).toMatchObject({ charged: 36_000_000n });
    expect(await store.checkBook()).toEqual([]);
  });
});

describe.each(Object.entries(earlierKinds))('a database of a newer version on %s', (_, make) => {
  it('is not touched', async () => {
    const newer = await make(
      3,
      `insert into drizzle.__drizzle_migrations (hash, created_at) values ('newer', 9999999999999)`,
    );
    await expect(newer.open()).rejects.toThrow('is of a newer Dibs than this one');
    await newer.remove();
  });
});
