import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { accept, action } from '../../core/action.ts';
import { claim, releaseClaim } from '../../core/actions/claim.ts';
import { grant } from '../../core/actions/grant.ts';
import { start } from '../../core/actions/start.ts';
import { stop } from '../../core/actions/stop.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { fromJson } from '../../db/codec.ts';
import { events, notices } from '../../db/schema/events.ts';
import { transfers } from '../../db/schema/ledger.ts';
import { leases } from '../../db/schema/sessions.ts';
import { accountOf, act, claimOf, onEachDatabase, sessionIn } from '../support/stage.ts';
import { accepted, askStart, refused, system } from '../support/world.ts';

onEachDatabase('perform', { credits: 25 }, (stage) => {
  const eventOf = async (requestKey: string) => {
    const { db } = stage.database;
    return (await db.select().from(events).where(eq(events.requestKey, requestKey)))[0];
  };

  it('leaves an event that says who asked what and what was decided', async () => {
    const outcome = await askStart(stage.world, 'bob', { requestKey: 'trigger-1' });
    const event = await eventOf('trigger-1');
    expect(event).toMatchObject({ action: 'start', actor: { kind: 'person', name: 'bob' } });
    expect(event?.input).toMatchObject({ deviceType: 'a100', leaseSeconds: 3600 });
    expect(fromJson(event?.outcome)).toEqual(outcome);
  });

  it('answers a refused key the same again, whatever has become possible since', async () => {
    const { world } = stage;
    const ask = () => askStart(world, 'bob', { requestKey: 'dear', leaseSeconds: 86_400 });
    const first = await refused(ask());
    expect(first.kind).toBe('short_balance');
    const amount = 1000n * ticksPerCredit;
    await act(world, grant, { accountId: world.team.accountId, amount, reason: 'more' });
    expect(await refused(ask())).toEqual(first);
  });

  it('changes once, however often the same is delivered', async () => {
    const { world, database } = stage;
    const first = await accepted(askStart(world, 'bob', { requestKey: 'twice' }));
    expect(await accepted(askStart(world, 'bob', { requestKey: 'twice' }))).toEqual(first);
    expect(await database.db.select().from(leases)).toHaveLength(1);
    expect(await accountOf(world)).toMatchObject({ held: 10n * ticksPerCredit });
  });

  it('refuses a key that was used with another input, or for another action', async () => {
    const { world } = stage;
    const { sessionId } = await accepted(askStart(world, 'bob', { requestKey: 'used' }));
    const reused = { kind: 'request_key_reused', requestKey: 'used' };
    const other = askStart(world, 'bob', { requestKey: 'used', deviceCount: 2 });
    expect(await refused(other)).toEqual(reused);
    const request = { requestKey: 'used', actor: await world.actorOf('bob'), input: { sessionId } };
    expect(await refused(world.store.perform(stop, request))).toEqual(reused);
    expect(await world.store.sessionById(sessionId)).toMatchObject({ state: 'requested' });
  });

  it('keeps no event of what the system was refused, and its key may be used again', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'requested');
    const input = { sessionId, token: claimOf };
    const late = { requestKey: 'late', actor: system, input };
    expect(await refused(world.store.perform(releaseClaim, late))).toEqual({ kind: 'stale' });
    expect(await eventOf('late')).toBeUndefined();
    await accepted(act(world, claim, { sessionId, step: 'start' as const, token: claimOf }));
    await accepted(world.store.perform(releaseClaim, late));
    expect(await eventOf('late')).toBeDefined();
  });

  it('takes everything back when a decision breaks an invariant', async () => {
    const { world, database } = stage;
    const before = await accountOf(world);
    const sessionId = await sessionIn(world, 'requested');
    const held = await accountOf(world);
    expect(held).not.toEqual(before);
    const to = { accountId: world.team.accountId };
    const given = { id: randomUUID(), kind: 'grant', from: 'issuer', to, amount: 1n } as const;
    const broken = action({
      name: 'broken',
      needs: () => ({}),
      decide: () =>
        accept(
          null,
          { kind: 'transfer', transfer: { ...given, reason: 'none' } },
          { kind: 'notify', notice: 'session_ended', sessionId },
          { kind: 'move_session', sessionId, from: 'running', to: 'stopping', set: {} },
        ),
    });
    const request = { requestKey: 'broken', actor: system, input: null };
    await expect(world.store.perform(broken, request)).rejects.toThrow('invariant broken');
    expect(await accountOf(world)).toEqual(held);
    expect(await database.db.select().from(transfers)).toHaveLength(1);
    const kinds = await database.db.select({ kind: notices.kind }).from(notices);
    expect(kinds).toEqual([{ kind: 'session_changed' }]);
    expect(await eventOf('broken')).toBeUndefined();
    expect(await world.store.checkBook()).toEqual([]);
  });

  it('breaks off a decision about somebody who is not there', async () => {
    const { world } = stage;
    const input = {
      personId: randomUUID(),
      teamId: world.team.teamId,
      own: false,
      deviceType: 'a100',
      deviceCount: 1,
      leaseSeconds: 3600,
      image: {
        name: 'pytorch',
        reference: 'dibs/pytorch-cuda:2.9',
        build: null,
        cuda: null,
        compute: null,
      },
      channel: { platform: 'console' as const, channel: 'lab' },
      now: false,
      check: false,
    };
    await expect(act(world, start, input)).rejects.toThrow('has an account to pay from');
  });
});
