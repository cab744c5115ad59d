import { expect, it } from 'vitest';
import { ticksPerCredit } from '../../core/money.ts';
import { onSite } from '../support/on-site.ts';

onSite('a place in the line', { policy: { queueDeadlineSeconds: 120 } }, (stage) => {
  const heldNow = async () => {
    const { account } = await stage.site.store.balanceOf(stage.site.team.accountId);
    return account.held / ticksPerCredit;
  };

  it('is given up after the deadline: nothing is charged, nothing stays held, its holder is told', async () => {
    const { site } = stage;
    const bot = site.begin();
    await bot.start('alice', 'a100x2 4h');
    const waiting = await bot.start('bob', 'a100 2h', 'requested');
    expect(await heldNow()).toBe(100n);
    await site.pass(110, 10);
    expect(await site.sessionNamed(waiting.name)).toMatchObject({ queued: true });
    await site.pass(80, 10);
    const gone = { state: 'ended', endReason: 'queue_expired', charged: null, held: 0n };
    expect(await site.sessionNamed(waiting.name)).toMatchObject(gone);
    expect(await heldNow()).toBe(80n);
    const said = JSON.stringify(site.seenBy('bob').map(({ message }) => message));
    expect(said).toContain('nothing became free in time');
    expect(await site.store.checkBook()).toEqual([]);
  });

  it('is given up for whoever waits behind it, who gets the devices at once', async () => {
    const { site } = stage;
    const bot = site.begin();
    await bot.start('alice', 'a100 4h');
    const large = await bot.start('bob', 'a100x2 1h', 'requested');
    await site.pass(60, 10);
    const small = await bot.start('carol', 'a100 1h', 'requested');
    expect(small.queued).toBe(true);
    await site.untilState(large.name, 'ended');
    expect(await site.untilState(small.name, 'running')).toMatchObject({ host: 'gpu-1' });
  });
});

onSite('a request for credits', {}, (stage) => {
  const saidTo = (person: string) =>
    stage.site.seenBy(person).map(({ message }) => JSON.stringify(message));

  it('that nobody decided expires after 72 hours: its message says so, and who asked is told', async () => {
    const { site } = stage;
    const first = site.begin();
    expect(await first.say('bob', 'request 20 for the paper')).toMatchObject({ ok: true });
    await site.pass(2);
    await first.end();
    await site.pass(72 * 3600 - 62, 3600);
    site.begin();
    await site.pass(30, 10);
    expect((await site.store.requestByNumber(1))?.state).toBe('pending');
    expect(saidTo('carol').filter((message) => message.includes('reactions'))).toHaveLength(1);
    await site.pass(92, 10);
    expect(await site.store.requestByNumber(1)).toMatchObject({
      state: 'expired',
      decidedBy: null,
      availableAfter: null,
    });
    const toAll = saidTo('carol').filter((message) => message.includes('Request 1'));
    expect(toAll).toHaveLength(1);
    expect(toAll[0]).toContain('Request 1: expired');
    expect(toAll[0]).not.toContain('reactions');
    const toBobAlone = saidTo('bob').filter((message) => !toAll.includes(message));
    expect(toBobAlone).toHaveLength(1);
    expect(toBobAlone[0]).toContain('nobody decided in time');
    expect(await site.store.checkBook()).toEqual([]);
  });
});

const allowance = {
  every: 'day',
  zone: 'UTC',
  amount: 100n * ticksPerCredit,
  carryOver: 0n,
} as const;

onSite('a team’s allowance', { credits: 0, allowance }, (stage) => {
  it('is there when a process begins, and the team can start with it', async () => {
    const { site } = stage;
    expect(await site.begin().start('bob', 'a100 1h')).toMatchObject({ state: 'running' });
    const { account } = await site.store.balanceOf(site.team.accountId);
    expect(account).toMatchObject({ posted: allowance.amount, expiring: allowance.amount });
  });
});
