import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { claim } from '../../core/actions/claim.ts';
import { expire } from '../../core/actions/expire.ts';
import { extend } from '../../core/actions/extend.ts';
import { pauseMeter, resumeMeter } from '../../core/actions/observe.ts';
import { stop } from '../../core/actions/stop.ts';
import type { Notice } from '../../core/view.ts';
import { notices } from '../../db/schema/events.ts';
import { persons } from '../../db/schema/people.ts';
import { createAsking, withSecondApprover } from '../support/asking.ts';
import { noonPlus } from '../support/facts.ts';
import { act, as, claimOf, onEachDatabase, type Stage, sessionIn } from '../support/stage.ts';
import { accepted } from '../support/world.ts';

/** A deliverer for a chat that bears an edit of a message every three seconds. */
function createDelivering(stage: Stage) {
  const { store, clock } = stage.world;
  const take = () =>
    store.claimNotices({
      platforms: ['console'],
      limit: 100,
      seconds: 60,
      editSeconds: { console: 3 },
    });
  const send = async () => {
    const taken = await take();
    for (const notice of taken) await store.noteSent(notice);
    return taken.map(({ kind }) => kind);
  };
  const only = async (): Promise<Notice> => {
    const [notice, ...others] = await take();
    if (!notice || others.length > 0) throw new Error('not one notice is due');
    return notice;
  };
  return { take, send, only, pass: (seconds: number) => clock.advance(seconds * 1000) };
}

const startOf = (sessionId: string) => ({ sessionId, step: 'start' as const, token: claimOf });

onEachDatabase('the outbox of a chat that wants calm', {}, (stage) => {
  it('edits a message three seconds after it was shown, and then once for all that changed', async () => {
    const { send, only, take, pass } = createDelivering(stage);
    const sessionId = await sessionIn(stage.world, 'requested');
    expect(await send()).toEqual(['session_changed']);
    await accepted(act(stage.world, claim, startOf(sessionId)));
    await pass(2);
    expect(await take()).toEqual([]);
    await accepted(act(stage.world, stop, { sessionId }));
    await pass(0.999);
    expect((await take()).map(({ kind }) => kind)).not.toContain('session_changed');
    await pass(0.001);
    expect(await only()).toMatchObject({ kind: 'session_changed', about: sessionId, revision: 1 });
  });

  it('is calm for each message alone', async () => {
    const { send } = createDelivering(stage);
    await sessionIn(stage.world, 'requested');
    expect(await send()).toEqual(['session_changed']);
    await sessionIn(stage.world, 'requested');
    await createAsking(stage).asked('bob', 20);
    expect((await send()).sort()).toEqual(['request_changed', 'session_changed']);
  });

  it('edits the message of a request as calmly', async () => {
    const { send, take, pass } = createDelivering(stage);
    const { asked, voted } = createAsking(stage);
    const requestId = await asked('bob', 20);
    expect(await send()).toEqual(['request_changed']);
    await voted('alice', requestId);
    expect((await take()).map(({ kind }) => kind)).not.toContain('request_changed');
    await pass(3);
    expect(await send()).toContain('request_changed');
  });

  it('tells whom it concerns alone at once, though the message was just shown', async () => {
    const { send } = createDelivering(stage);
    const sessionId = await sessionIn(stage.world, 'running');
    expect((await send()).sort()).toEqual(['session_changed', 'session_ready']);
    await stage.world.store.noteMessageRef(sessionId, posted);
    const bob = await stage.world.actorOf('bob');
    await accepted(as(stage.world, bob)(extend, { sessionId, addedSeconds: 3600 }));
    expect(await send()).toEqual(['session_news']);
  });

  it('does not count as tried what the chat did not take', async () => {
    const { only, take, pass } = createDelivering(stage);
    await sessionIn(stage.world, 'requested');
    for (let busy = 0; busy < 30; busy += 1) {
      const notice = await only();
      expect(notice.attempts).toBe(1);
      await stage.world.store.noteUntried(notice, 5);
      await pass(4.999);
      expect(await take()).toEqual([]);
      await pass(0.001);
    }
  });

  it('leaves alone what was sent meanwhile, though it was thought untried', async () => {
    const { only, take, pass } = createDelivering(stage);
    await sessionIn(stage.world, 'requested');
    const notice = await only();
    await stage.world.store.noteSent(notice);
    await stage.world.store.noteUntried(notice, 1);
    await pass(60);
    expect(await take()).toEqual([]);
  });
});

const posted = { channel: 'lab', message: 'm-1' };

onEachDatabase('news of a session', {}, (stage) => {
  const newsOf = async () => {
    const taken = await createDelivering(stage).take();
    return taken.filter(({ kind }) => kind === 'session_news').map(({ news }) => news);
  };

  it('are told one by one with what happened, whatever happened since', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await world.store.noteMessageRef(sessionId, posted);
    const bob = await world.actorOf('bob');
    for (const addedSeconds of [3600, 600])
      await accepted(as(world, bob)(extend, { sessionId, addedSeconds }));
    await accepted(act(world, pauseMeter, { sessionId, at: world.clock.now() }));
    const url = 'http://gpu-1/again/';
    await accepted(act(world, resumeMeter, { sessionId, url, ssh: null }));
    await accepted(act(world, resumeMeter, { sessionId, url, ssh: null }));
    await accepted(as(world, bob)(stop, { sessionId }));
    expect(await newsOf()).toEqual([
      { kind: 'extended', by: 'bob', seconds: 3600, until: noonPlus(7200) },
      { kind: 'extended', by: 'bob', seconds: 600, until: noonPlus(7800) },
      { kind: 'silent' },
      { kind: 'answers' },
      { kind: 'ended' },
    ]);
  });

  it('wait for the message that they are about, as long as that is owed', async () => {
    const { world } = stage;
    const { take, pass } = createDelivering(stage);
    const kinds = (taken: readonly Notice[]) => taken.map(({ kind }) => kind).sort();
    const sessionId = await sessionIn(world, 'requested');
    await take();
    const bob = await world.actorOf('bob');
    await accepted(as(world, bob)(extend, { sessionId, addedSeconds: 3600 }));
    expect(kinds(await take())).toEqual([]);
    await pass(60);
    const again = await take();
    expect(kinds(again)).toEqual(['session_changed']);
    await world.store.noteMessageRef(sessionId, posted);
    expect(kinds(await take())).toEqual(['session_news']);
  });

  it('go their way where the message was given up', async () => {
    const { world } = stage;
    const { take } = createDelivering(stage);
    const sessionId = await sessionIn(world, 'requested');
    const bob = await world.actorOf('bob');
    await accepted(as(world, bob)(extend, { sessionId, addedSeconds: 3600 }));
    for (const message of await take()) await world.store.noteUnsent(message, null);
    expect((await take()).map(({ kind }) => kind)).toEqual(['session_news']);
  });
});

onEachDatabase('a warning', {}, (stage) => {
  it('takes the place of an earlier one that was not delivered', async () => {
    const { world } = stage;
    const { take, pass } = createDelivering(stage);
    const sessionId = await sessionIn(world, 'running');
    const warnings = async () =>
      (await take()).filter(({ kind }) => kind === 'ending_soon').map(({ id }) => id);
    await pass(2700);
    await accepted(act(world, expire, { sessionId }));
    const [first, ...others] = await warnings();
    expect([first, others]).toEqual([expect.any(String), []]);
    await pass(600);
    await accepted(act(world, expire, { sessionId }));
    const [second, ...more] = await warnings();
    expect([second, more]).toEqual([expect.any(String), []]);
    expect(second).not.toBe(first);
  });
});

onEachDatabase('a channel that does not take messages', {}, (stage) => {
  const lab = { platform: 'console', channel: 'lab' } as const;
  /** Who is told of it, each as often as they are. */
  const toldOf = async () => {
    const rows = await stage.database.db
      .select({ name: persons.name })
      .from(notices)
      .innerJoin(persons, eq(persons.id, notices.personId))
      .where(eq(notices.kind, 'channel_lost'));
    return rows.map(({ name }) => name).sort();
  };
  const noteLost = (notice: Notice, channel: string = lab.channel) =>
    stage.world.store.noteChannelLost(notice, { ...lab, channel });

  it('is told to each admin of the team once a day, whatever was to be said there', async () => {
    await withSecondApprover(stage);
    const { only, pass } = createDelivering(stage);
    await sessionIn(stage.world, 'requested');
    const first = await only();
    await sessionIn(stage.world, 'requested');
    const second = await only();
    for (const notice of [first, second, first]) await noteLost(notice);
    await pass(11 * 3600);
    await noteLost(second);
    expect(await toldOf()).toEqual(['alice', 'dora']);
    await pass(3600);
    await noteLost(second);
    expect(await toldOf()).toEqual(['alice', 'alice', 'dora', 'dora']);
  });

  it('is told beside another one, and beside each request that was to be asked there', async () => {
    const { take, only } = createDelivering(stage);
    await sessionIn(stage.world, 'requested');
    const notice = await only();
    await noteLost(notice);
    await noteLost(notice, 'general');
    const { asked } = createAsking(stage);
    for (const amount of [20, 30]) await asked('bob', amount);
    const requests = (await take()).filter(({ kind }) => kind === 'request_changed');
    for (const request of [...requests, ...requests]) await noteLost(request);
    expect(requests).toHaveLength(2);
    expect(await toldOf()).toEqual(['alice', 'alice', 'alice', 'alice']);
  });
});
