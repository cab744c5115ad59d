import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Needs } from '../../core/action.ts';
import { loadFacts } from '../../db/facts/load.ts';
import { createTestDatabase } from '../support/databases.ts';

const id = '00000000-0000-4000-8000-00000000000f';
const at = new Date('2026-03-02T12:00:00Z');
const sent: string[] = [];
let client: postgres.Sql;

beforeAll(async () => {
  const { url } = await createTestDatabase();
  // Heard where it leaves for the server, and not where it was put together.
  client = postgres(url, { max: 1, debug: (_connection, query) => sent.push(query) });
});
afterAll(() => client.end());

/** What is read, as it is asked for, behind the lock that keeps it from changing. */
const readAfterLock: Record<string, { needs: Needs; lock: RegExp; read: RegExp }> = {
  'what a person spends, behind the account that a start is paid from': {
    needs: {
      fleet: { withLine: false },
      payer: { personId: id, teamId: id, own: false },
      spending: { of: { personId: id, teamId: id }, at },
    },
    lock: /accounts.*for no key update/s,
    read: /month_charged/,
  },
  'what a person spends, behind the session that is extended': {
    needs: { session: { sessionId: id }, spending: { of: { sessionId: id }, at } },
    lock: /sessions.*for no key update/s,
    read: /month_charged/,
  },
  'devices, behind their hosts': {
    needs: { fleet: { withLine: true } },
    lock: /hosts.*for no key update/s,
    read: /lease_devices/,
  },
  'the line, behind the accounts that pay for it': {
    needs: { fleet: { withLine: true } },
    lock: /accounts.*for no key update/s,
    read: /from "?leases"? inner join/s,
  },
  'votes, behind their request': {
    needs: { request: { requestId: id } },
    lock: /grant_requests.*for no key update/s,
    read: /from "?approvals/,
  },
  'pending requests, behind who asked': {
    needs: { accounts: [id], pendingRequests: { personId: id } },
    lock: /persons.*for no key update/s,
    read: /count\(/,
  },
  'SSH keys, behind who has them': {
    needs: { sshKeys: { personId: id, adding: 'SHA256:key' } },
    lock: /pg_advisory_xact_lock.*persons.*for no key update/s,
    read: /from "?ssh_keys/,
  },
  'whether a transfer is reversed, behind its account': {
    needs: { transfer: { number: 1 } },
    lock: /accounts.*for no key update/s,
    read: /exists/,
  },
};

it.each(Object.entries(readAfterLock))('reads %s', async (_, { needs, lock, read }) => {
  sent.length = 0;
  const work = drizzle(client).transaction((tx) => loadFacts(tx, needs, at));
  // Of nobody there is nothing to sum up: what counts is what was asked, and when.
  await work.catch(() => undefined);
  const [locked, first] = [
    sent.findIndex((q) => lock.test(q)),
    sent.findIndex((q) => read.test(q)),
  ];
  expect(locked).toBeGreaterThan(0);
  expect(first).toBeGreaterThan(locked);
});
