import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { adjust } from '../../core/actions/adjust.ts';
import { payAllowance } from '../../core/actions/allowance.ts';
import { give } from '../../core/actions/give.ts';
import { grant } from '../../core/actions/grant.ts';
import { reverse } from '../../core/actions/reverse.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { notices } from '../../db/schema/events.ts';
import { transfers } from '../../db/schema/ledger.ts';
import { act, as, onEachDatabase, sessionIn } from '../support/stage.ts';
import { accepted, askStart, lab, refused } from '../support/world.ts';

const credits = (amount: number) => BigInt(amount) * ticksPerCredit;

onEachDatabase('credits moved by hand', { credits: 100 }, (stage) => {
  const by = async (name: string) => as(stage.world, await stage.world.actorOf(name));
  const accountOf = async (name: string) => {
    const found = (await stage.world.store.payees()).find((payee) => payee.name === name);
    if (!found) throw new Error(`nobody called ${name}`);
    return found.accountId;
  };
  const postedOf = async (name: string) => {
    const { account } = await stage.world.store.balanceOf(await accountOf(name));
    return account.posted;
  };
  const grantTo = async (actor: string, name: string, amount: number) =>
    (await by(actor))(grant, {
      accountId: await accountOf(name),
      amount: credits(amount),
      reason: 'for the demo',
    });
  const giveTo = async (from: string, to: string, amount: number) =>
    (await by(from))(give, {
      fromAccountId: await accountOf(from),
      toAccountId: await accountOf(to),
      amount: credits(amount),
      reason: 'thanks',
    });
  const numberOf = async (transferId: string) => {
    const [row] = await stage.database.db
      .select()
      .from(transfers)
      .where(eq(transfers.id, transferId));
    return row?.number ?? 0;
  };

  it('a grant is an approver’s, to a member or to the team, and who gets it is told', async () => {
    const { transferId } = await accepted(grantTo('alice', 'bob', 50));
    expect(await stage.world.store.transferById(transferId)).toMatchObject({
      kind: 'grant',
      from: 'issuer',
      to: 'bob',
      actor: 'alice',
      amount: credits(50),
      reason: 'for the demo',
    });
    await accepted(grantTo('alice', 'lab', 7));
    expect([await postedOf('bob'), await postedOf('lab')]).toEqual([credits(50), credits(107)]);
    const told = await stage.database.db.select().from(notices);
    expect(told).toMatchObject([{ kind: 'credits_received', transferId }]);
    expect(await stage.world.store.checkBook()).toEqual([]);
  });

  it('a grant is nobody else’s, and never to oneself', async () => {
    expect((await refused(grantTo('bob', 'carol', 5))).kind).toBe('not_allowed');
    expect((await refused(grantTo('alice', 'alice', 5))).kind).toBe('own_credits');
  });

  it('an approver of one team does not decide on another’s', async () => {
    const mallory = {
      name: 'mallory',
      roles: ['admin' as const],
      identities: [{ platform: 'console' as const, externalId: 'mallory' }],
    };
    const other = { name: 'other', zone: 'UTC', channels: [], people: [mallory] };
    const hosts = [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }];
    await stage.world.store.setUp({ teams: [lab, other], hosts });
    expect((await refused(grantTo('mallory', 'bob', 5))).kind).toBe('not_allowed');
    expect((await refused(grantTo('mallory', 'lab', 5))).kind).toBe('not_allowed');
    await accepted(grantTo('mallory', 'other', 5));
  });

  it('people give what is theirs and available, not more', async () => {
    await accepted(grantTo('alice', 'bob', 30));
    await accepted(giveTo('bob', 'carol', 20));
    expect([await postedOf('bob'), await postedOf('carol')]).toEqual([credits(10), credits(20)]);
    expect(await refused(giveTo('bob', 'carol', 11))).toEqual({
      kind: 'too_little_available',
      account: 'bob',
      needed: credits(11),
      available: credits(10),
    });
    await accepted(askStart(stage.world, 'bob', { own: true, leaseSeconds: 1800 }));
    expect((await refused(giveTo('bob', 'carol', 6))).kind).toBe('too_little_available');
    await accepted(giveTo('bob', 'lab', 5));
    expect((await refused(giveTo('carol', 'carol', 1))).kind).toBe('own_credits');
    expect(await stage.world.store.checkBook()).toEqual([]);
  });

  it('a gift of what expires goes on expiring, and what stays stays', async () => {
    const [bob, carol] = [await accountOf('bob'), await accountOf('carol')];
    const allowance = { accountId: bob, amount: credits(20), carryOver: 0n, period: '2026-03' };
    await accepted(act(stage.world, payAllowance, allowance));
    await accepted(grantTo('alice', 'bob', 10));
    await accepted(giveTo('bob', 'carol', 25));
    const expiringOf = async (accountId: string) =>
      (await stage.world.store.balanceOf(accountId)).account.expiring;
    expect([await expiringOf(bob), await expiringOf(carol)]).toEqual([0n, credits(20)]);
    await accepted(giveTo('carol', 'bob', 5));
    expect([await expiringOf(bob), await expiringOf(carol)]).toEqual([credits(5), credits(15)]);
  });

  it('nobody gives what is another’s', async () => {
    const carol = await accountOf('carol');
    const asBob = await by('bob');
    const input = { toAccountId: await accountOf('bob'), amount: 1n, reason: 'mine now' };
    await expect(asBob(give, { ...input, fromAccountId: carol })).rejects.toThrow('their own');
    const team = stage.world.team.accountId;
    await expect(asBob(give, { ...input, fromAccountId: team })).rejects.toThrow('their own');
  });

  it('one’s own credits pay where one says so, and the team’s stay', async () => {
    await accepted(grantTo('alice', 'bob', 10));
    await accepted(askStart(stage.world, 'bob', { own: true }));
    const { account } = await stage.world.store.balanceOf(await accountOf('bob'));
    expect(account).toMatchObject({ posted: credits(10), held: credits(10) });
    expect((await refused(askStart(stage.world, 'bob', { own: true }))).kind).toBe('short_balance');
  });

  it('an adjustment goes up and down, but not below what is held', async () => {
    const adjustLab = async (amount: number) =>
      (await by('alice'))(adjust, {
        accountId: stage.world.team.accountId,
        amount: credits(amount),
        reason: 'Monday was ours',
      });
    await accepted(adjustLab(20));
    await accepted(adjustLab(-50));
    expect(await postedOf('lab')).toBe(credits(70));
    await sessionIn(stage.world, 'running', { leaseSeconds: 6 * 3600 });
    expect(await refused(adjustLab(-11))).toMatchObject({ available: credits(10) });
    await accepted(adjustLab(-10));
    expect(await stage.world.store.checkBook()).toEqual([]);
  });

  it('a wrong grant is taken back by a transfer that names it, once', async () => {
    const { transferId } = await accepted(grantTo('alice', 'bob', 50));
    const number = await numberOf(transferId);
    const asAlice = await by('alice');
    const back = () => asAlice(reverse, { number, reason: 'meant for carol' });
    await accepted(back());
    expect(await postedOf('bob')).toBe(0n);
    const rows = await stage.database.db.select().from(transfers);
    expect(rows.filter(({ reversesId }) => reversesId === transferId)).toMatchObject([
      { kind: 'reversal', amount: credits(50), reason: 'meant for carol' },
    ]);
    expect(await refused(back())).toEqual({
      kind: 'not_reversible',
      number,
      why: 'already reversed',
    });
    expect(await stage.world.store.checkBook()).toEqual([]);
  });

  it('what is used already cannot be taken back, nor what nobody decided', async () => {
    const { transferId } = await accepted(grantTo('alice', 'bob', 50));
    const gift = await accepted(giveTo('bob', 'carol', 20));
    const asAlice = await by('alice');
    const back = async (id: string) =>
      asAlice(reverse, { number: await numberOf(id), reason: 'a mistake' });
    expect(await refused(back(transferId))).toMatchObject({
      kind: 'too_little_available',
      available: credits(30),
    });
    expect(await refused(back(gift.transferId))).toMatchObject({ why: 'its kind' });
    expect((await refused(asAlice(reverse, { number: 999, reason: '?' }))).kind).toBe(
      'unknown_transfer',
    );
    const asBob = await by('bob');
    const number = await numberOf(transferId);
    expect((await refused(asBob(reverse, { number, reason: '?' }))).kind).toBe('not_allowed');
  });

  it('a reversed adjustment gives back what it took, but not to oneself', async () => {
    await accepted(grantTo('alice', 'bob', 50));
    const asAlice = await by('alice');
    const less = { amount: -credits(20), reason: 'ours' };
    const taken = await accepted(asAlice(adjust, { accountId: await accountOf('bob'), ...less }));
    const number = await numberOf(taken.transferId);
    await accepted(asAlice(reverse, { number, reason: 'theirs after all' }));
    expect(await postedOf('bob')).toBe(credits(50));
    expect(await stage.world.store.checkBook()).toEqual([]);
  });

  it('a reversed allowance leaves no more to expire than there is', async () => {
    const accountId = await accountOf('bob');
    const allowance = { accountId, amount: credits(20), carryOver: 0n };
    await accepted(act(stage.world, payAllowance, { ...allowance, period: '2026-03' }));
    const rows = await stage.database.db.select().from(transfers);
    const number = rows.find(({ kind }) => kind === 'allowance')?.number ?? 0;
    await accepted((await by('alice'))(reverse, { number, reason: 'not this month' }));
    const { account } = await stage.world.store.balanceOf(accountId);
    expect(account).toMatchObject({ posted: 0n, expiring: 0n });
  });
});
