import { and, eq, inArray, isNull, ne, notInArray, sql } from 'drizzle-orm';
import type { NewId } from '../core/ports.ts';
import type { SetUp, Site } from '../core/store.ts';
import type { Db, Transaction } from './database.ts';
import {
  accounts,
  apiTokens,
  hosts,
  identities,
  installations,
  persons,
  sessions,
  teams,
} from './schema.ts';

/** Any fixed number, other than that of the migrations. */
const setUpLock = 4_208_416;

/** Makes what the configuration names, and leaves what it no longer names to history. */
export function setUp(db: Db, newId: NewId, site: Site): Promise<SetUp> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${setUpLock})`);
    const installationId = await installation(tx, newId);
    await bookAccounts(tx, newId);
    const made: SetUp['teams'][number][] = [];
    for (const team of site.teams) made.push(await setUpTeam(tx, newId, team));
    await forgetPeople(tx, site);
    return { installationId, teams: made, hosts: await setUpHosts(tx, newId, site.hosts) };
  });
}

async function installation(tx: Transaction, newId: NewId): Promise<string> {
  const [existing] = await tx.select().from(installations);
  if (existing) return existing.id;
  const id = newId();
  await tx.insert(installations).values({ id });
  return id;
}

async function bookAccounts(tx: Transaction, newId: NewId): Promise<void> {
  for (const kind of ['issuer', 'spent'] as const) {
    await tx
      .insert(accounts)
      .values({ id: newId(), kind, name: kind, posted: 0n, held: 0n })
      .onConflictDoNothing({ target: accounts.kind, where: isNull(accounts.teamId) });
  }
}

async function setUpTeam(tx: Transaction, newId: NewId, team: Site['teams'][number]) {
  const { name, zone } = team;
  const [row] = await tx
    .insert(teams)
    .values({ id: newId(), name, zone })
    .onConflictDoUpdate({ target: teams.name, set: { zone } })
    .returning();
  const teamId = row?.id ?? '';
  await tx
    .insert(accounts)
    .values({ id: newId(), kind: 'team', teamId, name, posted: 0n, held: 0n })
    .onConflictDoNothing({ target: accounts.teamId });
  const [account] = await tx.select().from(accounts).where(eq(accounts.teamId, teamId));
  for (const person of team.people) {
    const roles = [...person.roles];
    const [added] = await tx
      .insert(persons)
      .values({ id: newId(), teamId, name: person.name, roles })
      .onConflictDoUpdate({ target: persons.name, set: { teamId, roles } })
      .returning();
    const personId = added?.id ?? '';
    await tx.delete(identities).where(eq(identities.personId, personId));
    for (const { platform, externalId } of person.identities)
      await tx
        .insert(identities)
        .values({ platform, externalId, personId })
        .onConflictDoUpdate({
          target: [identities.platform, identities.externalId],
          set: { personId },
        });
  }
  return { name, teamId, accountId: account?.id ?? '', posted: account?.posted ?? 0n };
}

/** Whoever is no longer configured can ask for nothing any more; what they did stays. */
async function forgetPeople(tx: Transaction, { teams: configured }: Site): Promise<void> {
  const names = configured.flatMap(({ people }) => people.map(({ name }) => name));
  const gone = tx.select({ id: persons.id }).from(persons).where(notInArray(persons.name, names));
  await tx.delete(identities).where(inArray(identities.personId, gone));
  await tx.delete(apiTokens).where(inArray(apiTokens.personId, gone));
}

async function setUpHosts(tx: Transaction, newId: NewId, configured: Site['hosts']) {
  for (const host of configured) {
    await tx
      .insert(hosts)
      .values({ ...host, id: newId(), state: 'ready', configured: true })
      .onConflictDoUpdate({ target: hosts.address, set: { ...host, configured: true } });
  }
  const addresses = configured.map(({ address }) => address);
  await tx.update(hosts).set({ configured: false }).where(notInArray(hosts.address, addresses));
  const inUse = tx
    .select({ hostId: sessions.hostId })
    .from(sessions)
    .where(and(ne(sessions.state, 'ended'), sql`${sessions.hostId} is not null`));
  const rows = await tx
    .select()
    .from(hosts)
    .where(sql`${hosts.configured} or ${inArray(hosts.id, inUse)}`);
  return rows.map((row) => ({ hostId: row.id, name: row.name, configured: row.configured }));
}
