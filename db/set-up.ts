import { and, inArray, ne, notInArray, sql } from 'drizzle-orm';
import { assert } from '../core/assert.ts';
import type { NewId } from '../core/ports.ts';
import { secretOf } from '../core/secret.ts';
import type { SetUp, Site } from '../core/store.ts';
import type { Db, Transaction } from './database.ts';
import { lockHosts } from './facts/fleet.ts';
import { openAccount } from './open-account.ts';
import { hosts } from './schema/fleet.ts';
import { accounts } from './schema/ledger.ts';
import { installations, teamChannels, teams } from './schema/people.ts';
import { sessions } from './schema/sessions.ts';
import { setUpPeople } from './set-up-people.ts';

/** Any fixed number, other than that of the migrations. */
const setUpLock = 4_208_416;

type New = { newId: NewId; newSecret: () => string };

/** Makes what the configuration names, and leaves what it no longer names to history. */
export function setUp(db: Db, { newId, newSecret }: New, site: Site): Promise<SetUp> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${setUpLock})`);
    // First of all, as in every action: other processes go on meanwhile.
    await lockHosts(tx);
    const installation = await openInstallation(tx, { newId, newSecret });
    await bookAccounts(tx, newId);
    await tx.delete(teamChannels);
    const made = [];
    for (const team of site.teams) made.push({ team, ...(await setUpTeam(tx, newId, team)) });
    await setUpPeople({ tx, newId }, made);
    const setUpTeams = made.map(({ team: _, ...team }) => team);
    return {
      ...installation,
      teams: setUpTeams,
      hosts: await setUpHosts(tx, newId, site.hosts),
    };
  });
}

async function openInstallation(tx: Transaction, { newId, newSecret }: New) {
  const [existing] = await tx.select().from(installations);
  const id = existing?.id ?? newId();
  // Earlier versions had none.
  const signingKey = existing?.signingKey ?? newSecret();
  if (existing === undefined) await tx.insert(installations).values({ id, signingKey });
  else if (existing.signingKey === null) await tx.update(installations).set({ signingKey });
  return { installationId: id, signingKey: secretOf(signingKey) };
}

async function bookAccounts(tx: Transaction, newId: NewId): Promise<void> {
  for (const kind of ['issuer', 'spent'] as const) {
    await tx
      .insert(accounts)
      .values({ id: newId(), kind, name: kind, posted: 0n, held: 0n })
      .onConflictDoNothing({
        target: accounts.kind,
        where: sql`kind in ('issuer', 'spent')`,
      });
  }
}

async function setUpTeam(tx: Transaction, newId: NewId, team: Site['teams'][number]) {
  const { name, zone } = team;
  const [row] = await tx
    .insert(teams)
    .values({ id: newId(), name, zone })
    .onConflictDoUpdate({ target: teams.name, set: { zone } })
    .returning();
  assert(row, 'an upsert gives its row back');
  const teamId = row.id;
  const account = await openAccount(tx, { id: newId(), kind: 'team', teamId, name });
  for (const { platform, channel } of team.channels)
    await tx
      .insert(teamChannels)
      .values({ platform, channel, teamId })
      .onConflictDoUpdate({
        target: [teamChannels.platform, teamChannels.channel],
        set: { teamId },
      });
  return { name, teamId, accountId: account.id, posted: account.posted };
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
