import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { claim } from '../../core/actions/claim.ts';
import { notices } from '../../db/schema/events.ts';
import { act, claimOf, onEachDatabase, sessionIn } from '../support/stage.ts';
import { accepted } from '../support/world.ts';

onEachDatabase('the outbox', {}, (stage) => {
  const take = (limit = 10, seconds = 60) =>
    stage.world.store.claimNotices({ platforms: ['console'], limit, seconds, editSeconds: {} });
  /** Takes the only notice that is due. */
  const takeOne = async () => {
    const taken = await take();
    expect(taken).toHaveLength(1);
    return taken[0] as (typeof taken)[number];
  };
  const change = (sessionId: string) =>
    accepted(act(stage.world, claim, { sessionId, step: 'start' as const, token: claimOf }));

  it('owes one update of a session’s message, however many changes led to it', async () => {
    const sessionId = await sessionIn(stage.world, 'starting');
    expect(await takeOne()).toMatchObject({
      kind: 'session_changed',
      platform: 'console',
      about: sessionId,
      to: null,
      attempts: 1,
    });
    expect(await take()).toEqual([]);
  });

  it('is empty when all was sent', async () => {
    const { world, database } = stage;
    await sessionIn(world, 'requested');
    await world.store.noteSent(await takeOne());
    await world.clock.advance(3_600_000);
    expect(await take()).toEqual([]);
    const states = await database.db.select({ state: notices.state }).from(notices);
    expect(states).toEqual([]);
  });

  it('owes a change that came during a delivery, at once', async () => {
    const { store } = stage.world;
    const sessionId = await sessionIn(stage.world, 'requested');
    const taken = await takeOne();
    await change(sessionId);
    expect(await take()).toEqual([]);
    await store.noteSent(taken);
    const again = await takeOne();
    expect(again).toMatchObject({ about: sessionId, attempts: 1, revision: taken.revision + 1 });
    await store.noteSent(again);
    expect(await take()).toEqual([]);
  });

  it('owes a change that came after the delivery', async () => {
    const sessionId = await sessionIn(stage.world, 'requested');
    await stage.world.store.noteSent(await takeOne());
    await change(sessionId);
    expect(await takeOne()).toMatchObject({ about: sessionId, attempts: 1, revision: 0 });
  });

  it('gets back what a deliverer took that died', async () => {
    const { world } = stage;
    await sessionIn(world, 'requested');
    const first = await takeOne();
    await world.clock.advance(59_999);
    expect(await take()).toEqual([]);
    await world.clock.advance(1);
    expect(await takeOne()).toEqual({ ...first, attempts: 2 });
  });

  it('tries again at the time that was asked for', async () => {
    const { world } = stage;
    await sessionIn(world, 'requested');
    await world.store.noteUnsent(await takeOne(), 90);
    await world.clock.advance(89_999);
    expect(await take()).toEqual([]);
    await world.clock.advance(1);
    expect(await takeOne()).toMatchObject({ attempts: 2 });
  });

  it('gives up what cannot be sent, and starts anew with the next change', async () => {
    const { world, database } = stage;
    const sessionId = await sessionIn(world, 'requested');
    await world.store.noteUnsent(await takeOne(), null);
    await world.clock.advance(3_600_000);
    expect(await take()).toEqual([]);
    const given = await database.db.select().from(notices).where(eq(notices.state, 'given_up'));
    expect(given).toHaveLength(1);
    await change(sessionId);
    await takeOne();
  });

  it('does not give up a change that came during the last attempt', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'requested');
    const taken = await takeOne();
    await change(sessionId);
    await world.store.noteUnsent(taken, null);
    await world.clock.advance(60_000);
    expect(await takeOne()).toMatchObject({ about: sessionId });
  });

  it('is emptied in the order in which it was filled, as much at a time as was asked for', async () => {
    const { world } = stage;
    const made = [];
    for (let i = 0; i < 4; i += 1) {
      made.push(await sessionIn(world, 'requested', { deviceCount: 1 }));
      await world.clock.advance(1);
    }
    const first = await take(3);
    const rest = await take(3);
    expect([first.length, rest.length]).toEqual([3, 1]);
    expect([...first, ...rest].map(({ about }) => about)).toEqual(made);
  });
});
