import { beforeEach, expect, it } from 'vitest';
import { adjust } from '../../core/actions/adjust.ts';
import { expireRequestAction, type VoteInput, vote, withdraw } from '../../core/actions/vote.ts';
import type { Standing } from '../../core/entity.ts';
import { notices } from '../../db/schema/events.ts';
import { transfers } from '../../db/schema/ledger.ts';
import { approvalPolicy, createAsking, credits, withSecondApprover } from '../support/asking.ts';
import { act, as, onEachDatabase } from '../support/stage.ts';
import { accepted, lab, refused, system } from '../support/world.ts';

onEachDatabase('a request for credits', { credits: 10, policy: approvalPolicy }, (stage) => {
  const { ask, asked, cast, voted, viewOf, available, toldTo } = createAsking(stage);
  beforeEach(() => withSecondApprover(stage));

  it('is granted by the yes of an approver: the amount shown, once, and who asked is told', async () => {
    const id = await asked('bob', 50);
    expect(await voted('alice', id)).toBe('approved');
    expect(await available()).toBe(credits(60));
    const record = await viewOf(id);
    expect(record).toMatchObject({ state: 'approved', decider: 'alice', requester: 'bob' });
    expect(record.decidedAt).toEqual(stage.world.clock.now());
    expect(record.availableAfter).toBe(credits(60));
    expect(await toldTo('bob')).toEqual(['request_decided']);
    const made = await stage.database.db.select().from(transfers);
    expect(made.filter(({ grantRequestId }) => grantRequestId === id)).toMatchObject([
      { kind: 'grant', amount: credits(50), reason: 'ablation for the paper' },
    ]);
    expect(await stage.world.store.checkBook()).toEqual([]);
  });

  it('is granted once, however often the reaction is delivered or doubled', async () => {
    const id = await asked('bob', 50);
    const actor = await stage.world.actorOf('alice');
    const input: VoteInput = {
      requestId: id,
      vote: 'approve',
      by: 'reaction',
      standing: 'member',
      reason: null,
    };
    const deliver = () =>
      stage.world.store.perform(vote, { requestKey: 'reaction-1', actor, input });
    const first = await accepted(deliver());
    expect(await accepted(deliver())).toEqual(first);
    expect(await voted('alice', id)).toBe('ignored');
    expect(await voted('dora', id)).toBe('ignored');
    expect(await available()).toBe(credits(60));
  });

  it('of one’s own goes to one’s own account', async () => {
    const id = await asked('bob', 50, true);
    await voted('alice', id);
    expect(await available()).toBe(credits(10));
    const { accountId } = await viewOf(id);
    const { account } = await stage.world.store.balanceOf(accountId);
    expect(account).toMatchObject({ name: 'bob', posted: credits(50) });
  });

  it('is denied by the no of one approver, who is asked why and may say it afterwards', async () => {
    const id = await asked('bob', 50);
    expect(await voted('alice', id, { vote: 'deny' })).toBe('denied');
    expect(await viewOf(id)).toMatchObject({ state: 'denied', decider: 'alice' });
    expect(await toldTo('alice')).toEqual(['denial_reason_asked']);
    const why = { vote: 'deny', by: 'command', reason: 'the cluster is full' } as const;
    expect((await refused(cast('dora', id, why))).kind).toBe('request_decided');
    expect(await voted('alice', id, why)).toBe('explained');
    expect(await viewOf(id)).toMatchObject({ decisionReason: 'the cluster is full' });
    expect(await voted('alice', id, { ...why, reason: 'something else' })).toBe('ignored');
    expect(await viewOf(id)).toMatchObject({ decisionReason: 'the cluster is full' });
    expect(await toldTo('bob')).toEqual(['request_decided', 'request_decided']);
    expect(await available()).toBe(credits(10));
  });

  it('is not decided by anybody but approvers, and each of those is told once, alone', async () => {
    const id = await asked('bob', 50);
    for (let press = 0; press < 3; press += 1) expect(await voted('carol', id)).toBe('ignored');
    expect(await voted('carol', id, { vote: 'deny' })).toBe('ignored');
    expect(await toldTo('carol')).toEqual(['vote_ignored']);
    expect(await viewOf(id)).toMatchObject({ state: 'pending', approvals: [] });
    expect((await refused(cast('carol', id, { by: 'command' }))).kind).toBe('not_allowed');
  });

  it('is not decided by whoever asked, approver or not', async () => {
    const id = await asked('alice', 50);
    expect(await voted('alice', id)).toBe('ignored');
    expect(await toldTo('alice')).toEqual(['vote_ignored']);
    expect((await refused(cast('alice', id, { by: 'command' }))).kind).toBe('own_credits');
    expect(await viewOf(id)).toMatchObject({ state: 'pending', approvals: [] });
    expect(await voted('dora', id)).toBe('approved');
  });

  it.each<Standing>(['guest', 'bot'])(
    'is not decided by a %s, whatever their role',
    async (standing) => {
      const id = await asked('bob', 50);
      expect(await voted('alice', id, { standing })).toBe('ignored');
      expect(await viewOf(id)).toMatchObject({ state: 'pending', approvals: [] });
      expect(await toldTo('alice')).toEqual(standing === 'bot' ? [] : ['vote_ignored']);
    },
  );

  it('is not decided by a stranger, who is told once too', async () => {
    const id = await asked('bob', 50);
    const actor = { kind: 'stranger', platform: 'slack', externalId: 'U0' } as const;
    const input: VoteInput = {
      requestId: id,
      vote: 'approve',
      by: 'reaction',
      standing: 'member',
      reason: null,
    };
    for (let press = 0; press < 2; press += 1)
      expect(await accepted(as(stage.world, actor)(vote, input))).toEqual({ kind: 'ignored' });
    const rows = await stage.database.db.select().from(notices);
    const told = rows.filter(({ externalId }) => externalId === 'U0');
    expect(told).toMatchObject([{ kind: 'vote_ignored', platform: 'slack' }]);
  });

  it('expires after its time, also where a vote comes before the loop', async () => {
    const { clock } = stage.world;
    const [early, late] = [await asked('bob', 50), await asked('bob', 50)];
    const stale = act(stage.world, expireRequestAction, { requestId: early });
    expect((await refused(stale)).kind).toBe('stale');
    await clock.advance(72 * 3_600_000);
    expect((await stage.world.store.requestsValidUntil(clock.now())).sort()).toEqual(
      [early, late].sort(),
    );
    await accepted(act(stage.world, expireRequestAction, { requestId: early }));
    expect(await viewOf(early)).toMatchObject({ state: 'expired', decider: null });
    expect(await voted('alice', late)).toBe('expired');
    expect(await viewOf(late)).toMatchObject({ state: 'expired' });
    expect(await toldTo('bob')).toEqual(['request_decided', 'request_decided']);
    expect(await available()).toBe(credits(10));
  });

  it('is withdrawn by whoever asked, and by nobody else', async () => {
    const id = await asked('bob', 50);
    const withdrawBy = async (name: string) =>
      as(stage.world, await stage.world.actorOf(name))(withdraw, { requestId: id });
    expect((await refused(withdrawBy('alice'))).kind).toBe('request_of_another');
    await accepted(withdrawBy('bob'));
    expect(await viewOf(id)).toMatchObject({ state: 'withdrawn' });
    expect(await refused(withdrawBy('bob'))).toEqual({
      kind: 'request_decided',
      state: 'withdrawn',
    });
    expect(await voted('alice', id)).toBe('ignored');
    expect(await available()).toBe(credits(10));
  });

  it('is refused where nobody could decide on it', async () => {
    const { world } = stage;
    const hosts = [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }];
    await world.store.setUp({ teams: [lab], hosts });
    const refusal = { kind: 'too_few_approvers', team: 'lab' };
    expect(await refused(ask('alice', 50))).toEqual({ ...refusal, needed: 1, there: 0 });
    expect(await refused(ask('bob', 101))).toEqual({ ...refusal, needed: 2, there: 1 });
    await accepted(ask('bob', 50));
  });

  it('is refused where somebody has five open ones already', async () => {
    for (let count = 0; count < 5; count += 1) await accepted(ask('bob', 1));
    expect(await refused(ask('bob', 1))).toEqual({ kind: 'too_many_requests', limit: 5 });
    await accepted(ask('carol', 1));
  });

  it('does not let an approver give alone what needs two', async () => {
    const { world } = stage;
    const input = { accountId: world.team.accountId, amount: credits(101), reason: 'more' };
    const actor = await world.actorOf('alice');
    expect(await refused(as(world, actor)(adjust, input))).toEqual({
      kind: 'quorum_needed',
      above: credits(100),
    });
    await accepted(as(world, system)(adjust, input));
  });
});
