import { sql } from 'drizzle-orm';
import { startPostgres } from '/work/main/test/support/postgres-server.ts';
import { createWorld } from '/work/main/test/support/world.ts';
import { openPglite, openPostgres } from '/work/main/db/database.ts';
import { bookSize, checkBook } from '/work/main/db/audit.ts';
const [kind, N] = [process.argv[2], Number(process.argv[3])];
const server = kind === 'postgres' ? await startPostgres() : null;
const database = server ? await openPostgres(server.url) : await openPglite(null);
const t0 = performance.now();
const log = (...a: unknown[]) => console.log(((performance.now() - t0) / 1000).toFixed(1), ...a);
const world = await createWorld(database, { credits: 900_000_000 });
const { db } = database;
log('world');
await db.transaction(async (tx) => {
  const lab = sql`(select id from accounts where name='lab')`;
  const bob = sql`(select id from persons where name='bob')`;
  const run = async (s: ReturnType<typeof sql>, what: string) => { await tx.execute(s); log(what); };
  await run(sql`create temp table n as select g, gen_random_uuid() lease, gen_random_uuid() sess, gen_random_uuid() ev from generate_series(1, ${sql.raw(String(N))}) g`, 'n');
  await run(sql`insert into leases (id, person_id, team_id, account_id, device_type, device_count, lease_seconds, ticks_per_second, state, requested_at, end_reason, ended_at)
    select lease, ${bob}, (select id from teams), ${lab}, 'a100', 1, 3600, 10000, 'ended', now(), 'stopped_by_owner', now() from n`, 'leases');
  await run(sql`insert into holds select gen_random_uuid(), ${lab}, lease, 36000000, 'settled' from n`, 'holds');
  await run(sql`insert into sessions (id, lease_id, name, state, image, channel, token, ready_millis) select sess, lease, 'name-'||g, 'ended', '{}', '{}', 't', (g % 3600 + 1)*1000 from n`, 'sessions');
  await run(sql`insert into events (id, at, actor, action, request_key, input_hash, input, outcome) select ev, now(), jsonb_build_object('kind','person','personId',${bob},'name','bob','teamId',(select id from teams)), 'stop', 'k'||g, 'h', jsonb_build_object('sessionId', sess), '{"kind":"accepted","result":{}}' from n`, 'events');
  await run(sql`insert into transfers (id, kind, from_account_id, to_account_id, amount, reason, lease_id, person_id, event_id, at)
    select gen_random_uuid(), 'charge', ${lab}, (select id from accounts where kind='spent'), (g % 3600 + 1)*10000, 'x', lease, ${bob}, ev, now() from n`, 'charges');
  await run(sql`insert into transfers (id, kind, from_account_id, to_account_id, amount, reason, event_id, at, period)
    select gen_random_uuid(), 'allowance', (select id from accounts where kind='issuer'), ${lab}, 5, 'x', (select event_id from transfers order by number limit 1), now(), 'p'||g from n where g <= 500`, 'allowances');
  await run(sql`update accounts set posted = posted + 2500 - (select sum(amount) from transfers where kind='charge') where name='lab'`, 'posted');
  await run(sql`update accounts set expiring = 2500 where name='lab'`, 'expiring');
});
for (let i = 0; i < 3; i++) {
  let b = performance.now();
  const lap = () => { const ms = performance.now() - b; b = performance.now(); return `${ms.toFixed(0)} ms`; };
  const found = await checkBook(db);
  log('checkBook', lap(), found.length, found[0]);
  log('size', JSON.stringify(await bookSize(db)), lap());
  const asked = { teamId: world.team.teamId, personId: null, about: null, before: null, limit: 20 };
  log('events', (await world.store.events(asked)).length, lap());
  const carol = await world.store.personNamed('carol');
  log('of carol', (await world.store.events({ ...asked, personId: carol?.personId ?? '' })).length, lap());
  if (i === 0) await db.execute(sql`analyze`);
  b = performance.now();
}
await database.close();
await server?.stop();
process.exit(0);
