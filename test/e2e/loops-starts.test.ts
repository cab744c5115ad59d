import { expect, it } from 'vitest';
import type { EndReason } from '../../core/end-reason.ts';
import type { FaultCode } from '../../core/fault.ts';
import { onSite } from '../support/on-site.ts';
import { a100 } from '../support/simulated-fleet.ts';

const forGood: [FaultCode, EndReason][] = [
  ['image_missing', 'image_missing'],
  ['pull_failed', 'pull_failed'],
  ['gpu_runtime_missing', 'start_failed'],
  ['device_missing', 'start_failed'],
  ['disk_full', 'start_failed'],
  ['engine_refused', 'start_failed'],
  ['deadline_passed', 'start_failed'],
];

onSite('a start that fails', {}, (stage) => {
  it.each(forGood)(
    'by %s costs nothing, says why and leaves nothing behind',
    async (code, endReason) => {
      const { site } = stage;
      site.fleet.failNextStart('gpu-1', code, 'the disk says so');
      const bot = site.begin();
      const ended = await bot.start('bob', 'a100 1h', 'ended');
      expect(ended).toMatchObject({ endReason, charged: null, held: 0n, readyMillis: 0 });
      expect(ended.faultDetail).toContain('the disk says so');
      expect(await site.containersOn('gpu-1')).toEqual([]);
      await site.pass(3);
      const shown = site.seenBy('carol').map(({ message }) => JSON.stringify(message));
      expect(shown).toHaveLength(1);
      expect(shown[0]).toContain('the disk says so');
      expect(shown[0]).toContain('Nothing was charged.');
      expect(site.seenBy('bob').map(({ message }) => message.title)).toContain(
        `${ended.name} ended`,
      );
      expect(await bot.start('bob', 'a100x2 1h')).toMatchObject({ state: 'running' });
    },
  );

  it('by a container that ends at once says so, and leaves nothing behind', async () => {
    const { site } = stage;
    site.fleet.failNextStart('gpu-1', 'container_exited');
    const ended = await site.begin().start('bob', 'a100 1h', 'ended');
    expect(ended).toMatchObject({ endReason: 'start_failed', charged: null, held: 0n });
    expect(ended.faultDetail).toContain('ended before it was ready');
    expect(await site.containersOn('gpu-1')).toEqual([]);
  });

  it('for want of an answer is tried again, and works', async () => {
    const { site } = stage;
    site.fleet.failNextStart('gpu-1', 'host_unreachable');
    const { name } = await site.begin().start('bob', 'a100 1h', 'starting');
    expect(await site.untilState(name, 'running')).toMatchObject({ faultDetail: null });
    expect(await site.containersOn('gpu-1')).toHaveLength(1);
  });
});

onSite('a slow start', { pullSeconds: 3600, policy: { startDeadlineSeconds: 120 } }, (stage) => {
  it('is called off at its deadline, and costs nothing', async () => {
    const { site } = stage;
    const { name } = await site.begin().start('bob', 'a100 1h', 'starting');
    await site.pass(100, 5);
    expect(await site.sessionNamed(name)).toMatchObject({ state: 'starting' });
    await site.pass(25, 1);
    const ended = await site.untilState(name, 'ended');
    expect(ended).toMatchObject({ endReason: 'start_failed', charged: null, held: 0n });
    expect(ended.faultDetail).toBe('it was not ready after 2 minutes');
    expect(await site.containersOn('gpu-1')).toEqual([]);
  });

  it('is called off by a stop, at once, and never comes up after that', async () => {
    const { site } = stage;
    const bot = site.begin();
    const { name } = await bot.start('bob', 'a100 1h', 'starting');
    await site.pass(10);
    const askedAt = site.clock.now().getTime();
    await bot.say('bob', 'stop');
    const ended = await site.untilState(name, 'ended');
    expect(ended).toMatchObject({ endReason: 'stopped_by_owner', charged: null, held: 0n });
    expect((ended.endedAt?.getTime() ?? 0) - askedAt).toBeLessThan(5000);
    await site.pass(120, 10);
    expect(await site.containersOn('gpu-1')).toEqual([]);
    expect(await site.sessionNamed(name)).toMatchObject({ state: 'ended' });
  });

  it('says how far it is, again and again', async () => {
    const { site } = stage;
    const { id } = await site.begin().start('bob', 'a100 1h', 'starting');
    const seen = new Set<string>();
    for (let second = 0; second < 10; second += 1) {
      await site.pass(1);
      seen.add(JSON.stringify((await site.store.sessionById(id))?.progress));
    }
    expect(seen.size).toBeGreaterThan(4);
  });
});

const large = { name: 'gpu-1', devices: Array.from({ length: 9 }, () => a100) };
const slowOnes = { hosts: [large], pullSeconds: 3600, policy: { startDeadlineSeconds: 60 } };

onSite('as many slow starts as a host does at once', slowOnes, (stage) => {
  it('are called off at their deadline all the same', async () => {
    const { site } = stage;
    const bot = site.begin();
    await site.pass(3);
    const names: string[] = [];
    for (let i = 0; i < 8; i += 1) {
      const { session } = await bot.say('bob', 'start a100 1h');
      names.push(session?.name ?? '');
    }
    await site.pass(75, 5);
    for (const name of names)
      expect(await site.sessionNamed(name)).toMatchObject({ endReason: 'start_failed' });
    await site.until(async () => (await site.store.livingSessions({})).length === 0);
  });
});
