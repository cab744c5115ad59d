import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { newId } from '../../adapters/system/new-id.ts';
import { claim } from '../../core/actions/claim.ts';
import { reportStopped } from '../../core/actions/report.ts';
import { stop } from '../../core/actions/stop.ts';
import { usedLinks } from '../../db/schema/access.ts';
import { installations } from '../../db/schema/people.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { createStore } from '../../db/store.ts';
import { noonPlus } from '../support/facts.ts';
import {
  act,
  as,
  claimOf,
  onEachDatabase,
  onPostgres,
  sessionIn,
  viewOf,
} from '../support/stage.ts';
import { accepted, askStart, lab, type World } from '../support/world.ts';

onEachDatabase('the way into a session', {}, (stage) => {
  it('is found by its name only while it runs, with its holder and its token', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'starting');
    const { name, holder, token } = await viewOf(world, sessionId);
    expect(await world.store.routeOf(name)).toEqual({ kind: 'not_ready', name });
    const running = await sessionIn(world, 'running');
    const view = await viewOf(world, running);
    expect(await world.store.routeOf(view.name)).toEqual({
      kind: 'open',
      route: {
        sessionId: running,
        name: view.name,
        holderId: holder.personId,
        url: `http://gpu-1/${running}/`,
        token: view.token,
      },
    });
    expect(view.token).not.toBe(token);
    expect(await world.store.routeOf('brave-nobody')).toEqual({ kind: 'unknown' });
  });

  it('is closed from the moment when a stop is decided, and says why', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    const { name } = await viewOf(world, sessionId);
    await endOf(world, sessionId);
    expect(await world.store.routeOf(name)).toMatchObject({
      kind: 'ended',
      name,
      words: 'stopped by its holder',
    });
  });

  it('leads to the living session of a name that another had before', async () => {
    const { world } = stage;
    const first = await sessionIn(world, 'running');
    const { name } = await viewOf(world, first);
    await endOf(world, first);
    const second = await sessionIn(world, 'running');
    await stage.database.db.update(sessions).set({ name }).where(eq(sessions.id, second));
    expect(await world.store.routeOf(name)).toMatchObject({ route: { sessionId: second } });
  });

  it('is opened once by a link, which is forgotten when it is no longer good', async () => {
    const { store, clock } = stage.world;
    const link = { id: newId(), validUntil: noonPlus(600) };
    expect(await store.useLink(link)).toBe(true);
    expect(await store.useLink(link)).toBe(false);
    expect(await store.useLink({ ...link, id: newId() })).toBe(true);
    // Not before the clock of every process says so.
    await clock.advance(4_000_000);
    expect(await store.useLink(link)).toBe(false);
    await clock.advance(300_000);
    await store.useLink({ id: newId(), validUntil: noonPlus(5_000) });
    const kept = await stage.database.db.select().from(usedLinks);
    expect(kept).toHaveLength(1);
  });

  it('has what goes through it counted, by all processes that are alive', async () => {
    const { world } = stage;
    const { store, clock } = world;
    const sessionId = await sessionIn(world, 'running');
    expect(await store.activityOf(sessionId)).toBeNull();
    const [one, two] = [newId(), newId()];
    await store.noteActivity(one, [{ sessionId, connections: 3, lastActiveAt: noonPlus(10) }]);
    await store.noteActivity(two, [{ sessionId, connections: 2, lastActiveAt: noonPlus(5) }]);
    const both = { sessionId, connections: 5, lastActiveAt: noonPlus(10) };
    expect(await store.activityOf(sessionId)).toEqual(both);
    await clock.advance(50_000);
    await store.noteActivity(two, [{ sessionId, connections: 1, lastActiveAt: noonPlus(5) }]);
    expect(await store.activityOf(sessionId)).toEqual({ ...both, connections: 4 });
    await clock.advance(10_000);
    expect(await store.activityOf(sessionId)).toEqual({ ...both, connections: 4 });
    // The first has not counted for over a minute: it is gone, and its connections with it.
    await clock.advance(1);
    expect(await store.activityOf(sessionId)).toEqual({ ...both, connections: 1 });
  });

  it('is counted as it was by a process that has nothing to say, and forgotten after a month', async () => {
    const { world } = stage;
    const { store, clock } = world;
    const sessionId = await sessionIn(world, 'running');
    const seen = { sessionId, connections: 3, lastActiveAt: noonPlus(10) };
    await store.noteActivity(newId(), [seen]);
    const month = 30 * 86_400;
    await clock.advance(month * 1000);
    await store.noteActivity(newId(), []);
    expect(await store.activityOf(sessionId)).toEqual({ ...seen, connections: 0 });
    await clock.advance(1);
    await store.noteActivity(newId(), []);
    expect(await store.activityOf(sessionId)).toBeNull();
  });

  it('is signed with one key of the installation, which an older one gets as well', async () => {
    const { world, database } = stage;
    const { store, clock, policy } = world;
    const site = { teams: [lab], hosts: [] };
    const secrets = ['first', 'second', 'third'];
    const newSecret = () => secrets.shift() ?? '';
    const again = createStore(database, { clock, newId, newSecret, policy });
    const { signingKey } = await store.setUp(site);
    expect((await again.setUp(site)).signingKey.reveal()).toBe(signingKey.reveal());
    await database.db.update(installations).set({ signingKey: null });
    const later = await again.setUp(site);
    expect(later.installationId).toBe(world.installationId);
    expect(later.signingKey.reveal()).not.toBe('');
    expect((await store.setUp(site)).signingKey.reveal()).toBe(later.signingKey.reveal());
  });

  it('is checked first where that was asked for', async () => {
    const { world } = stage;
    const { sessionId } = await accepted(askStart(world, 'bob', { check: true }));
    expect(await world.store.containerSpec(sessionId)).toMatchObject({ check: true, sshKeys: [] });
    const other = await accepted(askStart(world, 'bob'));
    expect(await world.store.containerSpec(other.sessionId)).toMatchObject({ check: false });
  });
});

onPostgres('a link that is followed twice at once', {}, (stage) => {
  it('opens once', async () => {
    const link = { id: newId(), validUntil: noonPlus(600) };
    const used = await Promise.all(
      Array.from({ length: 8 }, () => stage.world.store.useLink(link)),
    );
    expect(used.filter((first) => first)).toHaveLength(1);
  });
});

async function endOf(world: World, sessionId: string): Promise<void> {
  const actor = await world.actorOf('bob');
  await accepted(as(world, actor)(stop, { sessionId }));
  const step = 'stop' as const;
  await accepted(act(world, claim, { sessionId, step, token: claimOf }));
  await accepted(act(world, reportStopped, { sessionId, token: claimOf }));
}
