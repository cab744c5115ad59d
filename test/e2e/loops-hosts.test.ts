import { expect, it } from 'vitest';
import { onSite } from '../support/on-site.ts';
import { a100 } from '../support/simulated-fleet.ts';
import { lab } from '../support/world.ts';

const hosts = ['gpu-1', 'gpu-2'].map((name) => ({ name, devices: [a100, a100] }));

const policy = { hostSilentSeconds: 30, hostLostSeconds: 180 };

onSite('a host that falls silent', { hosts, policy }, (stage) => {
  it('for a short while changes nothing', async () => {
    const { site } = stage;
    const { name, host, readySince } = await site.begin().start('bob', 'a100 1h');
    site.fleet.loseHost(host ?? '');
    await site.pass(20);
    site.fleet.returnHost(host ?? '');
    await site.pass(15);
    expect(await site.sessionNamed(name)).toMatchObject({ state: 'running', readySince });
    expect(await site.containersOn(host ?? '')).toHaveLength(1);
  });

  it('stops the meter at the moment when it was last seen, and starts it when it is back', async () => {
    const { site } = stage;
    const bot = site.begin();
    const { name, host, readySince } = await bot.start('bob', 'a100 1h');
    await site.pass(60, 5);
    site.fleet.loseHost(host ?? '');
    const lostAt = site.clock.now();
    await site.pass(90, 5);
    const silent = await site.sessionNamed(name);
    const seenMillis = lostAt.getTime() - (readySince?.getTime() ?? 0);
    expect(silent).toMatchObject({ state: 'running', readySince: null });
    expect(Math.abs(silent.readyMillis - seenMillis)).toBeLessThanOrEqual(3000);
    const { text } = await bot.say('bob', 'status');
    expect(text).toContain('This time is not charged');

    site.fleet.returnHost(host ?? '');
    await site.pass(30);
    const back = await site.sessionNamed(name);
    expect(back).toMatchObject({ state: 'running', readyMillis: silent.readyMillis });
    expect(back.readySince).not.toBeNull();
    expect((await site.store.board()).hosts.map(({ fault }) => fault)).toEqual([null, null]);
  });

  it('for good ends its sessions, charged up to when it was last seen', async () => {
    const { site } = stage;
    const { name, host, readySince } = await site.begin().start('bob', 'a100 1h');
    await site.pass(120, 5);
    site.fleet.loseHost(host ?? '');
    const seenMillis = site.clock.now().getTime() - (readySince?.getTime() ?? 0);
    await site.pass(200, 10);
    const lost = await site.sessionNamed(name);
    expect(lost).toMatchObject({ state: 'stopping', endReason: 'host_lost', held: 0n });
    expect(Math.abs(lost.readyMillis - seenMillis)).toBeLessThanOrEqual(3000);
    expect(lost.charged).toBe(BigInt(Math.floor(lost.readyMillis / 1000)) * 10_000n);

    site.fleet.returnHost(host ?? '');
    expect(await site.untilState(name, 'ended')).toMatchObject({ charged: lost.charged });
    expect(await site.containersOn(host ?? '')).toEqual([]);
  });

  it('gets nothing to start, while others do', async () => {
    const { site } = stage;
    const bot = site.begin();
    await site.pass(3);
    site.fleet.loseHost('gpu-1');
    await site.pass(40, 2);
    expect(await bot.start('bob', 'a100x2 1h')).toMatchObject({ host: 'gpu-2' });
    expect(await bot.start('carol', 'a100x2 1h', 'requested')).toMatchObject({ queued: true });
    site.fleet.returnHost('gpu-1');
    await site.until(async () => {
      const [session] = await site.store.livingSessions({ personId: await idOf('carol') });
      return session?.state === 'running' && session.host === 'gpu-1';
    });

    async function idOf(name: string) {
      return (await site.actorOf(name)).personId;
    }
  });

  it('is no reason to fail a start: it is tried again when the host is back', async () => {
    const { site } = stage;
    const bot = site.begin();
    const { name, host } = await bot.start('bob', 'a100 1h', 'starting');
    site.fleet.loseHost(host ?? '');
    await site.pass(40);
    expect(await site.sessionNamed(name)).toMatchObject({ state: 'starting' });
    site.fleet.returnHost(host ?? '');
    expect(await site.untilState(name, 'running')).toMatchObject({ host });
    expect(await site.containersOn(host ?? '')).toHaveLength(1);
  });
});

onSite('a host that comes back', { hosts }, (stage) => {
  it('is rid of a stopped session at once, however often its start was tried before', async () => {
    const { site } = stage;
    const bot = site.begin();
    const { name, host } = await bot.start('bob', 'a100 1h', 'starting');
    site.fleet.loseHost(host ?? '');
    await site.pass(120, 1);
    site.fleet.returnHost(host ?? '');
    await bot.say('bob', 'stop');
    const askedAt = site.clock.now().getTime();
    const ended = await site.untilState(name, 'ended');
    expect((ended.endedAt?.getTime() ?? 0) - askedAt).toBeLessThan(10_000);
  });
});

onSite('what is found on a host', { hosts }, (stage) => {
  it.each([
    [{ outOfMemory: false }, 'exited'],
    [{ outOfMemory: true }, 'out_of_memory'],
  ] as const)(
    'a container that ended by itself, %o, is charged until its end',
    async (how, endReason) => {
      const { site } = stage;
      const { name, id, readySince } = await site.begin().start('bob', 'a100 1h');
      await site.pass(100, 5);
      site.fleet.exitContainer(id, 3, how);
      const readyMillis = site.clock.now().getTime() - (readySince?.getTime() ?? 0);
      const ended = await site.untilState(name, 'ended');
      expect(ended).toMatchObject({ endReason, readyMillis });
      expect(ended.charged).toBe(BigInt(Math.floor(readyMillis / 1000)) * 10_000n);
      expect(await site.containersOn('gpu-1')).toEqual([]);
    },
  );

  it('a container that no session has is removed', async () => {
    const { site } = stage;
    const { id, host } = await site.begin().start('bob', 'a100 1h');
    const spec = await site.store.containerSpec(id);
    if (!spec) throw new Error('no spec');
    const orphan = { ...spec, sessionId: crypto.randomUUID(), deviceUuids: [] };
    const made = site.spawnerOf(host ?? '').start(orphan, () => {}, new AbortController().signal);
    const outcome = made.catch(() => 'removed while it started');
    await site.pass(10);
    await outcome;
    expect(await site.containersOn(host ?? '')).toMatchObject([{ sessionId: id }]);
  });

  it('a GPU that vanished is not given out, and is again when it is back', async () => {
    const { site } = stage;
    const bot = site.begin();
    await site.pass(3);
    const { hosts: onBoard } = await site.store.board();
    const uuids = onBoard[0]?.devices.map(({ uuid }) => uuid) ?? [];
    for (const uuid of uuids) site.fleet.loseDevice('gpu-1', uuid);
    await site.pass(12);
    expect(await bot.start('bob', 'a100 1h')).toMatchObject({ host: 'gpu-2' });
    expect((await bot.say('carol', 'start a100x2 1h --now')).refusal).toMatchObject({
      kind: 'none_free',
    });
    for (const uuid of uuids) site.fleet.returnDevice('gpu-1', uuid);
    await site.pass(12);
    expect(await bot.start('carol', 'a100x2 1h --now')).toMatchObject({ host: 'gpu-1' });
  });
});

onSite('a host that is no longer configured', { hosts, policy }, (stage) => {
  it('keeps nobody: its sessions end as on a lost host, and their credits come back', async () => {
    const { site } = stage;
    const first = site.begin();
    const { name, host } = await first.start('bob', 'a100 1h');
    await first.end();
    const names = hosts
      .filter((one) => one.name !== host)
      .map(({ name: one }) => ({ name: one, address: `test:${one}` }));
    const remaining = names.map((one) => ({ ...one, simulated: true }));
    const setUp = await site.store.setUp({ teams: [lab], hosts: remaining });
    expect(setUp.hosts.filter(({ configured }) => !configured)).toMatchObject([{ name: host }]);
    const second = site.begin(setUp.hosts);
    await site.pass(650, 5);
    expect(await site.untilState(name, 'ended')).toMatchObject({
      endReason: 'host_lost',
      held: 0n,
    });
    expect(await second.start('carol', 'a100x2 1h')).toMatchObject({ host: names[0]?.name });
    expect(await site.store.checkBook()).toEqual([]);
  });
});
