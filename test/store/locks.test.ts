import { type SQL, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { extend } from '../../core/actions/extend.ts';
import { give } from '../../core/actions/give.ts';
import { addSshKey, removeSshKey } from '../../core/actions/key.ts';
import { link, makeLinkCode } from '../../core/actions/link.ts';
import { recordInventory } from '../../core/actions/observe.ts';
import { promote } from '../../core/actions/promote.ts';
import { reverse } from '../../core/actions/reverse.ts';
import { hashOf } from '../../db/codec.ts';
import { openPostgres } from '../../db/database.ts';
import { aDelivery } from '../support/a-delivery.ts';
import { createAsking } from '../support/asking.ts';
import { createTestDatabase } from '../support/databases.ts';
import { aKey } from '../support/keys.ts';
import { createSpending, credits } from '../support/limited.ts';
import { waitingStatement } from '../support/meeting.ts';
import { act, as, onPostgres, type Stage, sessionIn } from '../support/stage.ts';
import { accepted, askStart, lab } from '../support/world.ts';

type Begin = () => Promise<unknown>;
type Lock = {
  /** The rows that another transaction has. */
  held: SQL;
  /** What waits for them: the statement that reads the facts, and not one that writes later. */
  waits: RegExp;
  /** Makes what the action is about, and gives what is then begun. */
  begin(stage: Stage): Promise<Begin>;
};

const rowsOf = (table: string, where = 'true') =>
  sql.raw(`select from ${table} where ${where} for no key update`);
const site = { teams: [lab], hosts: [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }] };

const startOf: Lock['begin'] = async (stage) => () => askStart(stage.world, 'bob');
const extensionOf: Lock['begin'] = async (stage) => {
  const sessionId = await sessionIn(stage.world, 'running');
  return () => act(stage.world, extend, { sessionId, addedSeconds: 300 });
};
const voteOf: Lock['begin'] = async (stage) => {
  const { asked, cast } = createAsking(stage);
  const requestId = await asked('bob', 20);
  return () => cast('alice', requestId);
};
const keyOf: Lock['begin'] = async (stage) => {
  const bob = await stage.world.actorOf('bob');
  return () => as(stage.world, bob)(addSshKey, aKey());
};
const giftOf: Lock['begin'] = async (stage) => {
  const fromAccountId = await createSpending(stage).giveOwn(30);
  const bob = await stage.world.actorOf('bob');
  const input = { fromAccountId, toAccountId: stage.world.team.accountId, reason: 'thanks' };
  return () => as(stage.world, bob)(give, { ...input, amount: credits(1) });
};

// Longer than what Postgres shows of a statement. A plain read waits for nobody.
const ofSession = /^select "sessions".*"leases".*"holds"/s;
const ofRequest = /from "grant_requests" inner join.*for no key update of/s;

const locks: Record<string, Lock> = {
  'a start has all hosts': {
    held: rowsOf('hosts'),
    waits: /from "hosts".*for no key update$/s,
    begin: startOf,
  },
  'a start has the account that pays': {
    held: rowsOf('accounts', "kind = 'team'"),
    waits: /from "memberships".*for no key update of "accounts"$/s,
    begin: startOf,
  },
  'an inventory has its host': {
    held: rowsOf('hosts'),
    waits: /from "hosts" where.*for no key update$/s,
    begin: async ({ world }) => {
      const hostId = world.hosts[0]?.hostId ?? '';
      return () => act(world, recordInventory, { hostId, devices: [] });
    },
  },
  'a promotion has the accounts of those who wait': {
    held: rowsOf('accounts', "kind = 'team'"),
    waits: /from "accounts" where.*"leases".*for no key update$/s,
    async begin(stage) {
      await sessionIn(stage.world, 'running', { deviceCount: 2 });
      await sessionIn(stage.world, 'requested');
      return () => act(stage.world, promote, null);
    },
  },
  'a gift has the account that gives': {
    held: rowsOf('accounts', "kind = 'person'"),
    waits: /from "accounts" where.*for no key update of "accounts"$/s,
    begin: giftOf,
  },
  'a gift has the account that gets': {
    held: rowsOf('accounts', "kind = 'team'"),
    waits: /from "accounts" where.*for no key update of "accounts"$/s,
    begin: giftOf,
  },
  'a reversal has the account of its transfer': {
    held: rowsOf('accounts', "kind = 'team'"),
    waits: /from "accounts" where.*"transfers".*for no key update of "accounts"$/s,
    begin: async ({ world }) => {
      return () => act(world, reverse, { number: 1, reason: 'wrong' });
    },
  },
  'an extension has its account': {
    held: rowsOf('accounts', "kind = 'team'"),
    waits: ofSession,
    begin: extensionOf,
  },
  'an extension has its lease': {
    held: rowsOf('leases'),
    waits: ofSession,
    begin: extensionOf,
  },
  'an extension has its hold': {
    held: rowsOf('holds'),
    waits: ofSession,
    begin: extensionOf,
  },
  'an extension has its session': {
    held: rowsOf('sessions'),
    waits: ofSession,
    begin: extensionOf,
  },
  'a vote has its request': {
    held: rowsOf('grant_requests'),
    waits: ofRequest,
    begin: voteOf,
  },
  'a vote has the account that gets the credits': {
    held: rowsOf('accounts', "kind = 'team'"),
    waits: ofRequest,
    begin: voteOf,
  },
  'a request has who asks': {
    held: rowsOf('persons'),
    waits: /from "persons" where.*for no key update$/s,
    begin: async (stage) => () => createAsking(stage).ask('bob', 20),
  },
  'a new key has its owner': {
    held: rowsOf('persons'),
    waits: /pg_advisory_xact_lock.*from "persons".*for no key update$/s,
    begin: keyOf,
  },
  'a new key has its fingerprint, of which there is no row,': {
    held: sql`select pg_advisory_xact_lock(hashtextextended(${aKey().fingerprint}, 0))`,
    waits: /pg_advisory_xact_lock.*from "persons".*for no key update$/s,
    begin: keyOf,
  },
  'a key that is removed has its owner': {
    held: rowsOf('persons'),
    waits: /from "persons" where.*for no key update$/s,
    async begin(stage) {
      const bob = await stage.world.actorOf('bob');
      await (await keyOf(stage))();
      return () => as(stage.world, bob)(removeSshKey, { named: '1' });
    },
  },
  'a link has its code': {
    held: rowsOf('link_codes'),
    waits: /from "link_codes" where.*for no key update$/s,
    begin: async ({ world }) => {
      const codeHash = 'hash';
      await accepted(as(world, await world.actorOf('bob'))(makeLinkCode, { codeHash }));
      const newcomer = { kind: 'stranger', platform: 'slack', externalId: 'U0' } as const;
      return () => as(world, newcomer)(link, { codeHash });
    },
  },
  'a set-up has all hosts': {
    held: rowsOf('hosts'),
    waits: /from "hosts".*for no key update$/s,
    begin:
      async ({ world }) =>
      () =>
        world.store.setUp(site),
  },
  'a set-up has the right to set up': {
    held: sql`select pg_advisory_xact_lock(4208416)`,
    waits: /pg_advisory_xact_lock/,
    begin:
      async ({ world }) =>
      () =>
        world.store.setUp(site),
  },
  'a press of a button has that button': {
    held: sql`select pg_advisory_xact_lock(hashtextextended(
      ${hashOf(['console', 'bob', 'message-1'])}, 0))`,
    waits: /pg_advisory_xact_lock/,
    begin: async ({ world: { store, clock } }) => {
      const kept = { keptAt: clock.now(), seconds: 30 };
      return () => store.keepDelivery(aDelivery('stop', { press: 'message-1' }), kept);
    },
  },
};

onPostgres('while it decides', {}, (stage) => {
  it.each(Object.entries(locks))('%s to itself', async (_, { held, waits, begin }) => {
    const asked = await begin(stage);
    expect(await waitingStatement(stage.database, held, asked)).toMatch(waits);
  });

  it('a deliverer passes over the notices that another one has', async () => {
    const { world, database } = stage;
    await sessionIn(world, 'requested');
    const asked = { platforms: ['console' as const], limit: 10, seconds: 60, editSeconds: {} };
    const taking = () => world.store.claimNotices(asked);
    expect(await waitingStatement(database, rowsOf('notices'), taking)).toBeNull();
    expect(await taking()).toHaveLength(1);
  });

  it('a process passes over the deliveries that another one has', async () => {
    const { world, database } = stage;
    const delivery = aDelivery('stop');
    await world.store.keepDelivery(delivery, { keptAt: world.clock.now(), seconds: 0 });
    const asked = { platforms: ['console' as const], limit: 10, seconds: 60 };
    const taking = () => world.store.claimDeliveries(asked);
    expect(await waitingStatement(database, rowsOf('inbox'), taking)).toBeNull();
    expect(await taking()).toMatchObject([{ delivery }]);
  });
});

describe('a process that begins', () => {
  it('waits while another one migrates', async () => {
    const { url, open } = await createTestDatabase();
    const database = await open(2);
    const migration = sql`select pg_advisory_xact_lock(4208415)`;
    const begin = async () => (await openPostgres(url)).close();
    expect(await waitingStatement(database, migration, begin)).toMatch(/pg_advisory_lock/);
    await database.close();
  });
});
