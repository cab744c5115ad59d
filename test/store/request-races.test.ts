import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import type { Outcome } from '../../core/action.ts';
import { grant } from '../../core/actions/grant.ts';
import { reverse } from '../../core/actions/reverse.ts';
import { expireRequestAction, withdraw } from '../../core/actions/vote.ts';
import { transfers } from '../../db/schema/ledger.ts';
import { approvalPolicy, createAsking, credits, withSecondApprover } from '../support/asking.ts';
import { meet } from '../support/meeting.ts';
import { act, as, onPostgres } from '../support/stage.ts';
import { accepted } from '../support/world.ts';

/** What each got: its result, or the kind of its refusal. */
function told(outcomes: readonly Outcome<unknown>[]): unknown[] {
  return outcomes.map((outcome) => {
    if (outcome.kind === 'refused') return outcome.refusal.kind;
    return outcome.result === null ? 'accepted' : outcome.result;
  });
}

const theRequest = sql`select from grant_requests for update`;

onPostgres('a request, at once', { policy: approvalPolicy, credits: 0 }, (stage) => {
  const { ask, asked, cast, viewOf, available } = createAsking(stage);
  const together = (...begin: (() => Promise<Outcome<unknown>>)[]) =>
    meet(stage.database, theRequest, begin);
  const withdrawn = async (name: string, requestId: string) => {
    const actor = await stage.world.actorOf(name);
    return () => as(stage.world, actor)(withdraw, { requestId });
  };

  it('approved by two approvers is granted once', async () => {
    await withSecondApprover(stage);
    const requestId = await asked('bob', 50);
    const outcomes = await together(
      () => cast('alice', requestId),
      () => cast('dora', requestId),
    );
    expect(told(outcomes)).toEqual([{ kind: 'approved' }, { kind: 'ignored' }]);
    expect(await available()).toBe(credits(50));
    expect(await stage.database.db.select().from(transfers)).toHaveLength(1);
  });

  it('above the quorum, approved by two at once, is granted by the second', async () => {
    await withSecondApprover(stage);
    const requestId = await asked('bob', 150);
    const outcomes = await together(
      () => cast('alice', requestId),
      () => cast('dora', requestId),
    );
    expect(told(outcomes)).toEqual([{ kind: 'counted' }, { kind: 'approved' }]);
    expect(await available()).toBe(credits(150));
  });

  it('above the quorum counts one approver who says yes twice once', async () => {
    await withSecondApprover(stage);
    const requestId = await asked('bob', 150);
    const yes = () => cast('alice', requestId);
    expect(told(await together(yes, yes))).toEqual([{ kind: 'counted' }, { kind: 'counted' }]);
    expect(await viewOf(requestId)).toMatchObject({ state: 'pending' });
    expect((await viewOf(requestId)).approvals).toHaveLength(1);
  });

  it('approved and denied is what came first', async () => {
    await withSecondApprover(stage);
    const requestId = await asked('bob', 50);
    const outcomes = await together(
      () => cast('dora', requestId, { vote: 'deny' }),
      () => cast('alice', requestId),
    );
    expect(told(outcomes)).toEqual([{ kind: 'denied' }, { kind: 'ignored' }]);
    expect(await available()).toBe(0n);
  });

  it('withdrawn and approved is what came first', async () => {
    const first = await asked('bob', 50);
    const withdrawal = await together(await withdrawn('bob', first), () => cast('alice', first));
    expect(told(withdrawal)).toEqual(['accepted', { kind: 'ignored' }]);
    expect(await available()).toBe(0n);
    const second = await asked('bob', 50);
    const approval = await together(() => cast('alice', second), await withdrawn('bob', second));
    expect(told(approval)).toEqual([{ kind: 'approved' }, 'request_decided']);
    expect(await available()).toBe(credits(50));
  });

  it('that expires while it is approved is decided once', async () => {
    const requestId = await asked('bob', 50);
    await stage.world.clock.advance(72 * 3_600_000);
    const expiry = () => act(stage.world, expireRequestAction, { requestId });
    const outcomes = await together(() => cast('alice', requestId), expiry, expiry);
    expect(told(outcomes)).toEqual([{ kind: 'expired' }, 'stale', 'stale']);
    expect(await viewOf(requestId)).toMatchObject({ state: 'expired', approvals: [] });
    expect(await available()).toBe(0n);
  });

  it('of somebody with four open ones is the last, whichever account it is for', async () => {
    for (let open = 0; open < 4; open += 1) await asked('bob', 10);
    const lock = sql`select from persons for update`;
    const begin = [() => ask('bob', 10), () => ask('bob', 10, true)];
    const outcomes = await meet<Outcome<unknown>>(stage.database, lock, begin);
    const kinds = outcomes.map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['accepted', 'refused']);
    expect(await stage.world.store.pendingRequests(stage.world.team.teamId)).toHaveLength(5);
  });
});

onPostgres('a wrong grant, at once', { policy: approvalPolicy }, (stage) => {
  it('is taken back once', async () => {
    const { world, database } = stage;
    const { accountId } = world.team;
    const amount = credits(20);
    await accepted(act(world, grant, { accountId, amount, reason: 'too much' }));
    const { account } = await world.store.balanceOf(accountId);
    const again = () => act(world, reverse, { number: 2, reason: 'wrong' });
    const lock = sql`select from accounts where id = ${accountId} for update`;
    const outcomes = await meet<Outcome<unknown>>(database, lock, [again, again]);
    const kinds = outcomes.map(({ kind }) => kind);
    expect(kinds).toEqual(['accepted', 'refused']);
    const after = await world.store.balanceOf(accountId);
    expect(after.account.posted).toBe(account.posted - amount);
    expect(await world.store.checkBook()).toEqual([]);
  });
});
