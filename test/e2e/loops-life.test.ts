import { expect, it } from 'vitest';
import type { SessionView } from '../../core/view.ts';
import { onSite } from '../support/on-site.ts';

const inHour = 3600n * 10_000n;

onSite('a session’s life', {}, (stage) => {
  const available = async () => {
    const { account } = await stage.site.store.balanceOf(stage.site.team.accountId);
    return account.posted - account.held;
  };

  it('goes from the command to a link, and from a stop to a receipt, with nothing left over', async () => {
    const { site } = stage;
    const before = await available();
    const bot = site.begin();
    const running = await bot.start('bob', 'a100 1h');
    expect(running).toMatchObject({ host: 'gpu-1', simulated: true, held: inHour });
    expect(await available()).toBe(before - inHour);
    expect(await site.containersOn('gpu-1')).toMatchObject([{ state: 'running' }]);
    await site.pass(90, 5);
    await bot.say('bob', 'stop');
    const ended = await site.untilState(running.name, 'ended');
    expect(ended).toMatchObject({ endReason: 'stopped_by_owner', held: 0n });
    expect(ended.charged).toBe(BigInt(Math.floor(ended.readyMillis / 1000)) * 10_000n);
    expect(await available()).toBe(before - (ended.charged ?? 0n));
    expect(await site.containersOn('gpu-1')).toEqual([]);
    expect(await site.store.checkBook()).toEqual([]);
  });

  it('is checked before it is ready, at no cost, where that was asked for', async () => {
    const { site } = stage;
    const bot = site.begin();
    const checked = await bot.start('bob', 'a100 1h --check');
    expect(checked).toMatchObject({ state: 'running', verdict: { ok: true } });
    expect(checked.verdict?.devices).toHaveLength(1);
    expect(checked.readyMillis).toBe(0);
    expect(await bot.start('carol', 'a100 1h')).toMatchObject({ verdict: null });
  });

  it('ends when its time is up, and is charged for exactly the whole lease', async () => {
    const { site } = stage;
    const running = await site.begin().start('bob', 'a100 10m');
    const until = running.until ?? new Date(0);
    await site.pass((until.getTime() - site.clock.now().getTime()) / 1000 - 1, 30);
    expect(await site.sessionNamed(running.name)).toMatchObject({ state: 'running' });
    const ended = await site.untilState(running.name, 'ended');
    expect(ended).toMatchObject({ endReason: 'lease_expired', readyMillis: 600_000 });
    expect(ended.charged).toBe(600n * 10_000n);
    expect(ended.endedAt?.getTime()).toBeLessThan(until.getTime() + 10_000);
    expect(await site.containersOn('gpu-1')).toEqual([]);
  });

  it('is charged no more when the end was carried out late', async () => {
    const { site } = stage;
    const bot = site.begin();
    const { name } = await bot.start('bob', 'a100x2 10m');
    await bot.end();
    await site.pass(3600, 600);
    site.begin();
    const ended = await site.untilState(name, 'ended');
    expect(ended).toMatchObject({ endReason: 'lease_expired', charged: 2n * 600n * 10_000n });
  });
});

onSite('the line', {}, (stage) => {
  it('gives a freed device to the first who waits, and then to the next', async () => {
    const { site } = stage;
    const bot = site.begin();
    const first = await bot.start('alice', 'a100x2 1h');
    const waiting: SessionView[] = [];
    for (const person of ['bob', 'carol', 'alice'])
      waiting.push(await bot.start(person, 'a100x2 1h', 'requested'));
    expect(waiting.every(({ queued }) => queued)).toBe(true);

    const served: string[] = [];
    for (let running = first; ; ) {
      await bot.say('alice', `stop ${running.name}`);
      await site.untilState(running.name, 'ended');
      if (served.length === waiting.length) break;
      await site.until(async () => (await runningOnes()).length === 1);
      [running = first] = await runningOnes();
      served.push(running.name);
    }
    expect(served).toEqual(waiting.map(({ name }) => name));

    async function runningOnes() {
      const living = await site.store.livingSessions({});
      return living.filter(({ state }) => state === 'running');
    }
  });

  it('can be left, which costs nothing and lets the next one up', async () => {
    const { site } = stage;
    const bot = site.begin();
    const { name } = await bot.start('alice', 'a100 1h');
    const large = await bot.start('bob', 'a100x2 1h', 'requested');
    const small = await bot.start('carol', 'a100 1h', 'requested');
    expect(small.queued).toBe(true);
    expect((await bot.say('bob', 'stop')).ok).toBe(true);
    expect(await site.untilState(large.name, 'ended')).toMatchObject({ charged: null, held: 0n });
    expect(await site.untilState(small.name, 'running')).toMatchObject({ host: 'gpu-1' });
    expect(await site.sessionNamed(name)).toMatchObject({ state: 'running' });
  });
});

onSite('warnings', {}, (stage) => {
  const warningsOf = (person: string, name: string) =>
    stage.site.seenBy(person).filter(({ message }) => message.title === `${name} ends soon`);
  /** At which minutes before the end the holder was warned, in whole minutes. */
  const minutesOf = (name: string, until: Date | null) =>
    warningsOf('bob', name).map(({ at }) =>
      Math.ceil(((until?.getTime() ?? 0) - at.getTime()) / 60_000 - 0.2),
    );

  it('come once at 15 and once at 5 minutes before the end, to the holder alone', async () => {
    const { site } = stage;
    const { name, until } = await site.begin().start('bob', 'a100 20m');
    await site.pass(270, 30);
    expect(minutesOf(name, until)).toEqual([]);
    await site.pass(900, 15);
    expect(minutesOf(name, until)).toEqual([15, 5]);
    expect(warningsOf('carol', name)).toEqual([]);
  });

  it('come again before the new end of a lease that was extended', async () => {
    const { site } = stage;
    const bot = site.begin();
    const { name } = await bot.start('bob', 'a100 16m');
    await site.pass(90, 30);
    expect(warningsOf('bob', name)).toHaveLength(1);
    expect((await bot.say('bob', 'extend 10m')).ok).toBe(true);
    const { until } = await site.sessionNamed(name);
    await site.pass(1440, 30);
    const [, ...afterwards] = minutesOf(name, until);
    expect(afterwards).toEqual([15, 5]);
  });

  it('do not say at the start of a short lease that it ends soon', async () => {
    const { site } = stage;
    const { name, until } = await site.begin().start('bob', 'a100 10m');
    await site.pass(590, 15);
    expect(minutesOf(name, until)).toEqual([5]);
  });
});
