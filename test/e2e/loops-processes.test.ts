import { expect, it } from 'vitest';
import { onSite } from '../support/on-site.ts';
import { a100 } from '../support/simulated-fleet.ts';

onSite('a process that dies', { pullSeconds: 20 }, (stage) => {
  it('in the middle of a start leaves it to the next one, which makes no second container', async () => {
    const { site } = stage;
    const first = site.begin();
    const { name, id } = await first.start('bob', 'a100 1h', 'starting');
    await site.pass(10);
    first.kill();
    site.begin();
    await site.pass(15);
    expect(await site.sessionNamed(name)).toMatchObject({ state: 'starting' });
    expect(await site.untilState(name, 'running')).toMatchObject({ readyMillis: 0 });
    expect(await site.containersOn('gpu-1')).toMatchObject([{ sessionId: id }]);
  });

  it('leaves nothing unsaid: what it had to deliver is delivered by the next one, once', async () => {
    const { site } = stage;
    const first = site.begin();
    site.chatTrouble.outage = 'chat_unreachable';
    const { name } = await first.start('bob', 'a100 1h');
    first.kill();
    site.chatTrouble.outage = null;
    site.begin();
    await site.pass(90, 1);
    const titles = site.seenBy('bob').map(({ message }) => message.title);
    expect(titles.sort()).toEqual([`${name} (simulated)`, `${name} is ready`].sort());
  });

  it('in the middle of a stop leaves it to the next one', async () => {
    const { site } = stage;
    const first = site.begin();
    const { name } = await first.start('bob', 'a100 1h');
    await first.say('bob', 'stop');
    await site.untilState(name, 'stopping');
    first.kill();
    site.begin();
    expect(await site.untilState(name, 'ended')).toMatchObject({ endReason: 'stopped_by_owner' });
    expect(await site.containersOn('gpu-1')).toEqual([]);
  });

  it('lets a running session run, and the meter with it', async () => {
    const { site } = stage;
    const first = site.begin();
    const { name, readySince } = await first.start('bob', 'a100 1h');
    await first.end();
    await site.pass(300, 60);
    site.begin();
    await site.pass(10);
    expect(await site.sessionNamed(name)).toMatchObject({ state: 'running', readySince });
  });
});

onSite('a process that ends in order', { pullSeconds: 20 }, (stage) => {
  it('gives a start under way back at once', async () => {
    const { site } = stage;
    const first = site.begin();
    const { name } = await first.start('bob', 'a100 1h', 'starting');
    await site.pass(5);
    await first.end();
    site.begin();
    await site.pass(22);
    expect(await site.sessionNamed(name)).toMatchObject({ state: 'running' });
  });
});

const hosts = ['gpu-1', 'gpu-2'].map((name) => ({ name, devices: [a100, a100] }));

onSite('two processes on one database', { hosts }, (stage) => {
  it('do each step once, and say each thing once', async () => {
    const { site } = stage;
    const [one, other] = [site.begin(), site.begin()];
    const names: string[] = [];
    for (const bot of [one, other, one, other])
      names.push((await bot.start('bob', 'a100 10m', 'starting')).name);
    for (const name of names) await site.untilState(name, 'running');
    const containers = [
      ...(await site.containersOn('gpu-1')),
      ...(await site.containersOn('gpu-2')),
    ];
    expect(new Set(containers.map(({ sessionId }) => sessionId)).size).toBe(4);
    expect(containers).toHaveLength(4);

    await other.say('bob', `stop ${names[0]}`);
    await site.untilState(names[0] ?? '', 'ended');
    await site.pass(610, 15);
    for (const name of names.slice(1))
      expect(await site.sessionNamed(name)).toMatchObject({ charged: 600n * 10_000n });
    await site.until(async () => (await site.store.livingSessions({})).length === 0);
    await site.pass(3);
    const titles = site.seenBy('bob').map(({ message }) => message.title);
    expect(new Set(titles).size).toBe(titles.length);
    expect(site.seenBy('carol')).toHaveLength(4);
    expect(await site.store.checkBook()).toEqual([]);
  });
});
