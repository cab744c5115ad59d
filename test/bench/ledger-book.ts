import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { createSystemClock } from '../../adapters/system/clock.ts';
import { newId } from '../../adapters/system/new-id.ts';
import { grant } from '../../core/actions/grant.ts';
import { assert } from '../../core/assert.ts';
import type { PersonActor } from '../../core/entity.ts';
import { ticksPerCredit } from '../../core/money.ts';
import type { Site } from '../../core/store.ts';
import { openPostgres } from '../../db/database.ts';
import { events } from '../../db/schema/events.ts';
import { transfers } from '../../db/schema/ledger.ts';
import { holds } from '../../db/schema/sessions.ts';
import { createStore } from '../../db/store.ts';
import { accepted, system, testPolicy } from '../support/world.ts';
import { hold, settle } from './ledger-pair.ts';

const ticksPerSecond = testPolicy.prices.default;
/** For as many pairs as a run could ever make. */
const amount = 1_000_000_000n * ticksPerCredit;

type Asked = { clients: number; seconds: number; accounts: number };
type Payer = { actor: PersonActor; accountId: string };

/** The product's own store, with a team of one person for each account. */
export async function openBook(url: string, { clients, accounts }: Omit<Asked, 'seconds'>) {
  const database = await openPostgres(url, clients);
  const clock = createSystemClock();
  const store = createStore(database, { clock, newId, newSecret: newId, policy: testPolicy });
  const names = Array.from({ length: accounts }, (_, at) => `team-${at}`);
  const { teams } = await store.setUp({ teams: names.map(teamOf), hosts: [] });
  const payers = await Promise.all(teams.map(openPayer));
  let pairs = 0;

  async function openPayer({ name, accountId }: (typeof teams)[number]): Promise<Payer> {
    const input = { accountId, amount, reason: 'bench' };
    await accepted(store.perform(grant, { requestKey: randomUUID(), actor: system, input }));
    const person = await store.personOf('console', name, name);
    assert(person, 'who was set up is there');
    const { id: personId, ...member } = person;
    const heard = { platform: 'console' as const, channel: name };
    return { accountId, actor: { kind: 'person', personId, ...member, ...heard } };
  }

  async function performPair({ actor, accountId }: Payer): Promise<void> {
    const { personId, teamId } = actor;
    const asked = { personId, teamId, ticksPerSecond };
    const held = await accepted(
      store.perform(hold, { requestKey: randomUUID(), actor, input: asked }),
    );
    const input = { ...held, accountId, personId, ticksPerSecond };
    await accepted(store.perform(settle, { requestKey: randomUUID(), actor, input }));
    pairs += 1;
  }

  return {
    /** Each client takes one of the accounts at random for each of its pairs. */
    async pairsPerSecond(asked: Asked): Promise<number> {
      const [before, begun] = [pairs, performance.now()];
      const client = async () => {
        while (performance.now() < begun + asked.seconds * 1000) {
          const payer = payers[Math.floor(Math.random() * asked.accounts)];
          assert(payer, 'there is somebody to pay');
          await performPair(payer);
        }
      };
      await Promise.all(Array.from({ length: asked.clients }, client));
      return (pairs - before) / ((performance.now() - begun) / 1000);
    },
    /** A benchmark that loses credits counts for nothing. */
    async check(): Promise<void> {
      const { db } = database;
      assert((await store.checkBook()).length === 0, 'the book agrees with itself');
      const rows = await Promise.all([
        db.$count(transfers, eq(transfers.kind, 'charge')),
        db.$count(holds, eq(holds.state, 'settled')),
        db.$count(holds),
        db.$count(events, eq(events.action, hold.name)),
        db.$count(events, eq(events.action, settle.name)),
      ]);
      assert(
        rows.every((count) => count === pairs),
        'each pair is in the book once',
      );
    },
    close: () => store.close(),
  };
}

function teamOf(name: string): Site['teams'][number] {
  const identities = [{ platform: 'console' as const, externalId: name }];
  const people = [{ name: `person-of-${name}`, roles: [], identities }];
  return { name, zone: 'UTC', channels: [{ platform: 'console', channel: name }], people };
}
