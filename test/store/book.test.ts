import { expect, it } from 'vitest';
import { adjust } from '../../core/actions/adjust.ts';
import { payAllowance } from '../../core/actions/allowance.ts';
import { expire } from '../../core/actions/expire.ts';
import { extend } from '../../core/actions/extend.ts';
import { give } from '../../core/actions/give.ts';
import { grant } from '../../core/actions/grant.ts';
import { request } from '../../core/actions/request.ts';
import { reverse } from '../../core/actions/reverse.ts';
import { stop } from '../../core/actions/stop.ts';
import { vote } from '../../core/actions/vote.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { act, as, onEachDatabase, sessionIn } from '../support/stage.ts';
import { accepted, askStart } from '../support/world.ts';

onEachDatabase('the book', {}, (stage) => {
  it('adds up after a life of sessions', async () => {
    const { world } = stage;
    const stopped = await sessionIn(world, 'running');
    await accepted(act(world, extend, { sessionId: stopped, addedSeconds: 600 }));
    const expired = await sessionIn(world, 'running', { leaseSeconds: 300 });
    await sessionIn(world, 'requested');
    await world.clock.advance(301_000);
    await accepted(act(world, stop, { sessionId: stopped }));
    await accepted(act(world, expire, { sessionId: expired }));
    expect(await world.store.checkBook()).toEqual([]);
    const { account } = await world.store.balanceOf(world.team.accountId);
    expect(account.posted).toBe(500n * ticksPerCredit - 3_010_000n - 3_000_000n);
  });

  it('adds up after every way in which credits move', async () => {
    const { world } = stage;
    const payees = await world.store.payees();
    const accountOf = (name: string) =>
      payees.find((payee) => payee.name === name)?.accountId ?? '';
    const [bobs, carols] = [accountOf('bob'), accountOf('carol')];
    const alice = as(world, await world.actorOf('alice'));
    const bob = as(world, await world.actorOf('bob'));
    const reason = 'test';
    await accepted(alice(grant, { accountId: bobs, amount: 900n, reason }));
    await accepted(alice(adjust, { accountId: bobs, amount: -30n, reason }));
    const { transferId } = await accepted(alice(adjust, { accountId: bobs, amount: 40n, reason }));
    const { number = 0 } = (await world.store.transferById(transferId)) ?? {};
    await accepted(alice(reverse, { number, reason }));
    const allowance = { accountId: bobs, amount: 500n, carryOver: 200n };
    await accepted(act(world, payAllowance, { ...allowance, period: '2026-01' }));
    await accepted(bob(give, { fromAccountId: bobs, toAccountId: carols, amount: 100n, reason }));
    await accepted(act(world, payAllowance, { ...allowance, period: '2026-02' }));
    const channel = { platform: 'console' as const, channel: 'lab' };
    const input = { accountId: world.team.accountId, amount: 77n, reason, channel };
    const { requestId } = await accepted(bob(request, input));
    const yes = { requestId, vote: 'approve', by: 'command', standing: 'member' } as const;
    await accepted(alice(vote, { ...yes, reason: null }));
    await accepted(askStart(world, 'bob'));
    expect(await world.store.checkBook()).toEqual([]);
    const size = { accounts: 4, transfers: 10, sessions: 1, requests: 1 };
    expect(await world.store.bookSize()).toEqual(size);
  });
});
