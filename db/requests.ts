import { and, asc, eq, lte, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { MessageRef, Platform } from '../core/message.ts';
import type { GrantRequestView } from '../core/view.ts';
import type { Db } from './database.ts';
import { accounts, approvals, grantRequests } from './schema/ledger.ts';
import { persons, teams } from './schema/people.ts';

/** Most requests that a list shows. */
const listLimit = 100;

export async function requestById(db: Db, requestId: string): Promise<GrantRequestView | null> {
  return (await loadRequests(db, eq(grantRequests.id, requestId)))[0] ?? null;
}

export async function requestByNumber(db: Db, number: number): Promise<GrantRequestView | null> {
  return (await loadRequests(db, eq(grantRequests.number, number)))[0] ?? null;
}

export async function requestOfMessage(
  db: Db,
  platform: Platform,
  { channel, message }: MessageRef,
): Promise<GrantRequestView | null> {
  const isMessage = and(
    eq(sql`(${grantRequests.channel}->>'platform')`, platform),
    eq(sql`(${grantRequests.messageRef}->>'channel')`, channel),
    eq(sql`(${grantRequests.messageRef}->>'message')`, message),
  );
  return (await loadRequests(db, isMessage))[0] ?? null;
}

export function pendingRequests(db: Db, teamId: string): Promise<GrantRequestView[]> {
  const isPending = eq(grantRequests.state, 'pending');
  return loadRequests(db, and(eq(grantRequests.teamId, teamId), isPending));
}

export async function requestsValidUntil(db: Db, at: Date): Promise<string[]> {
  const rows = await db
    .select({ id: grantRequests.id })
    .from(grantRequests)
    .where(and(eq(grantRequests.state, 'pending'), lte(grantRequests.validUntil, at)))
    .limit(listLimit);
  return rows.map(({ id }) => id);
}

export async function noteRequestMessage(
  db: Db,
  requestId: string,
  messageRef: MessageRef,
): Promise<void> {
  await db.update(grantRequests).set({ messageRef }).where(eq(grantRequests.id, requestId));
}

async function loadRequests(db: Db, condition: SQL | undefined): Promise<GrantRequestView[]> {
  const decider = alias(persons, 'decider');
  const agreed = sql<{ personId: string; name: string; at: string }[]>`(
    select coalesce(jsonb_agg(jsonb_build_object('personId', p.id, 'name', p.name, 'at', a.at)
      order by a.at), '[]') from ${approvals} a join ${persons} p on p.id = a.person_id
    where a.grant_request_id = ${grantRequests.id})`;
  const rows = await db
    .select({
      request: grantRequests,
      requester: persons.name,
      account: { kind: accounts.kind, name: accounts.name },
      team: teams.name,
      decider: decider.name,
      agreed,
    })
    .from(grantRequests)
    .innerJoin(persons, eq(persons.id, grantRequests.personId))
    .innerJoin(accounts, eq(accounts.id, grantRequests.accountId))
    .innerJoin(teams, eq(teams.id, grantRequests.teamId))
    .leftJoin(decider, eq(decider.id, grantRequests.decidedBy))
    .where(condition)
    .orderBy(asc(grantRequests.number))
    .limit(listLimit);
  return rows.map(({ request, agreed: given, ...row }) => ({
    ...request,
    ...row,
    approvals: given.map(({ at, ...approval }) => ({ ...approval, at: new Date(at) })),
  }));
}
