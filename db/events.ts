import { and, desc, eq, lt, notInArray, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { type EventsAsked, type EventView, routineActions } from '../core/audit.ts';
import { fromJson } from './codec.ts';
import type { Db } from './database.ts';
import { eventActor, eventFactsFor, eventInput, eventOutcome } from './event-json.ts';
import { events } from './schema/events.ts';
import { accounts, grantRequests } from './schema/ledger.ts';
import { persons } from './schema/people.ts';
import { leases, sessions } from './schema/sessions.ts';

/** What an event is about: a session or a request has the id of the event that began it. */
const subject = sql`coalesce((${events.input}->>'sessionId')::uuid,
  (${events.input}->>'requestId')::uuid, ${events.id})`;
/** Whose credits it moves, or who gets them. */
const account = sql`coalesce((${events.input}->>'toAccountId')::uuid,
  (${events.input}->>'accountId')::uuid,
  (${events.facts}->'transfer'->'account'->>'id')::uuid)`;
/** The person that an identity was joined to. */
const joined = sql`(${events.outcome}->'result'->>'personId')::uuid`;

const [holders, requesters] = [alias(persons, 'holders'), alias(persons, 'requesters')];

/** What people did and what was done about them, the latest first. Ids are in the order of time. */
export async function eventsOf(db: Db, asked: EventsAsked): Promise<EventView[]> {
  const { teamId, personId, about, before, limit } = asked;
  const rows = await db
    .select({
      event: events,
      session: { id: sessions.id, name: sessions.name },
      holder: holders.name,
      request: { id: grantRequests.id, number: grantRequests.number },
      requester: requesters.name,
      account: accounts.name,
      person: persons.name,
    })
    .from(events)
    .leftJoin(sessions, eq(sessions.id, subject))
    .leftJoin(leases, eq(leases.id, sessions.leaseId))
    .leftJoin(holders, eq(holders.id, leases.personId))
    .leftJoin(grantRequests, eq(grantRequests.id, subject))
    .leftJoin(requesters, eq(requesters.id, grantRequests.personId))
    .leftJoin(accounts, eq(accounts.id, account))
    .leftJoin(persons, eq(persons.id, joined))
    .where(
      and(
        sql`${events.outcome} is not null`,
        ofTeam(teamId),
        personId === null ? undefined : ofPerson(personId),
        about === null ? notRoutine : isAbout(about),
        before === null ? undefined : lt(events.id, before),
      ),
    )
    .orderBy(desc(events.id))
    .limit(limit);
  return rows.map((row) => viewOf(row, teamId));
}

/** In its name, or about its sessions, its requests, or the credits of its people. */
function ofTeam(teamId: string): SQL | undefined {
  const members = sql`select person_id from memberships where team_id = ${teamId}`;
  return or(
    eq(sql`(${events.actor}->>'teamId')`, teamId),
    eq(leases.teamId, teamId),
    eq(grantRequests.teamId, teamId),
    movesCreditsOf(sql`team_id = ${teamId} or person_id in (${members})`),
    sql`${joined} in (${members})`,
  );
}

/** By them, or about their sessions, their requests, their credits or their identities. */
function ofPerson(personId: string): SQL | undefined {
  return or(
    eq(sql`(${events.actor}->>'personId')`, personId),
    eq(leases.personId, personId),
    eq(grantRequests.personId, personId),
    movesCreditsOf(sql`person_id = ${personId}`),
    eq(joined, personId),
  );
}

/** A gift that was refused concerns only who has too little for it. */
function movesCreditsOf(isOwner: SQL): SQL {
  return sql`array[${events.input}->>'accountId', ${events.input}->>'fromAccountId',
    case when ${events.outcome}->>'kind' = 'accepted' then ${events.input}->>'toAccountId' end,
    ${events.facts}->'transfer'->'account'->>'id']
    && array(select id::text from accounts where ${isOwner})`;
}

function isAbout(id: string): SQL | undefined {
  const asked = sql`coalesce(${events.input}->>'sessionId', ${events.input}->>'requestId')`;
  return or(eq(events.id, id), eq(asked, id));
}

/** A warning that a lease ends soon decides nothing. */
const notRoutine = and(
  notInArray(events.action, [...routineActions]),
  sql`(${events.action} <> 'expire' or ${events.outcome}->>'result' is distinct from 'warning')`,
);

type Row = {
  event: typeof events.$inferSelect;
  session: { id: string; name: string } | null;
  holder: string | null;
  request: { id: string; number: number } | null;
  requester: string | null;
  account: string | null;
  person: string | null;
};

function viewOf(row: Row, teamId: string): EventView {
  const { event, session, holder, request, requester, account, person } = row;
  const outcome = eventOutcome.parse(fromJson(event.outcome));
  const result = outcome.kind === 'accepted' && person !== null ? { person } : {};
  return {
    id: event.id,
    at: event.at,
    actor: eventActor.parse(event.actor),
    action: event.action,
    input: eventInput.parse(fromJson(event.input)),
    facts: eventFactsFor(teamId).parse(fromJson(event.facts)),
    outcome:
      outcome.kind === 'accepted'
        ? { ...outcome, result: { ...outcome.result, ...result } }
        : outcome,
    session: session && { ...session, holder: holder ?? '' },
    request: request && { ...request, requester: requester ?? '' },
    account,
  };
}

export async function isDecided(db: Db, requestKey: string): Promise<boolean> {
  return (await db.$count(events, eq(events.requestKey, requestKey))) > 0;
}

/** The session that it was about; null: none, or there was no such request. */
export async function subjectOf(db: Db, requestKey: string): Promise<string | null> {
  const [event] = await db.select().from(events).where(eq(events.requestKey, requestKey));
  const { sessionId } = (event?.input ?? {}) as { sessionId?: string };
  return sessionId ?? null;
}
