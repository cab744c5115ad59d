import { expect, it } from 'vitest';
import { untilAborted } from '../../adapters/docker/connection.ts';
import { Fault } from '../../core/fault.ts';
import type { Spawner, SshKey } from '../../core/ports.ts';
import { fingerprints, madeUpLine, publicLine } from '../support/keys.ts';
import { onSite } from '../support/on-site.ts';

const ssh = { host: 'gpu-1.example', port: 32_022 };
/** A host's loop looks at it every two seconds. */
const turnSeconds = 2.5;

/** Hosts whose sessions have an SSH server that remembers what it was told, and when. */
function createSshServers() {
  const told: { sessionId: string; keys: readonly SshKey[] }[] = [];
  const trouble = { isAway: false, isHanging: false };
  const through = (spawner: Spawner): Spawner => ({
    ...spawner,
    async start(spec, onProgress, signal) {
      const started = await spawner.start(spec, onProgress, signal);
      told.push({ sessionId: spec.sessionId, keys: spec.sshKeys });
      return { ...started, ssh };
    },
    async observe(signal) {
      const seen = await spawner.observe(signal);
      return seen.map((container) => ({ ...container, ssh }));
    },
    async admitKeys(sessionId, keys, signal) {
      if (trouble.isHanging) await untilAborted(() => new Promise<never>(() => {}), signal);
      if (trouble.isAway) throw new Fault('engine_refused', { detail: 'the disk is full' });
      told.push({ sessionId, keys });
    },
  });
  const toldTo = (sessionId: string) =>
    told
      .filter((one) => one.sessionId === sessionId)
      .map(({ keys }) => keys.map(({ publicKey }) => publicKey));
  return { through, toldTo, trouble };
}

const servers = createSshServers();
const { toldTo, trouble } = servers;
const withoutComment = (line: string) => line.split(' ').slice(0, 2).join(' ');
const [laptop, desk] = [publicLine('ed25519'), publicLine('ecdsa-256')];
const [laptopKey, deskKey] = [withoutComment(laptop), withoutComment(desk)];

onSite('the keys of a person', { through: servers.through }, (stage) => {
  it('open a session that runs within a turn of its host, and do so no more likewise', async () => {
    const { site } = stage;
    const bot = site.begin();
    const { id, name } = await bot.start('bob', 'a100 1h');
    await site.pass(turnSeconds);
    expect(toldTo(id)).toEqual([[]]);
    await bot.say('bob', `key add ${laptop}`);
    await site.pass(turnSeconds);
    expect(toldTo(id).at(-1)).toEqual([laptopKey]);
    await bot.say('bob', `key add ${desk}`);
    await site.pass(turnSeconds);
    expect(toldTo(id).at(-1)).toEqual([laptopKey, deskKey]);
    expect((await bot.say('bob', 'ssh')).text).toContain(`ssh -p ${ssh.port} dibs@${ssh.host}`);
    await bot.say('bob', 'key remove bob@laptop');
    await site.pass(turnSeconds);
    await bot.say('bob', 'key remove bob@desk');
    await site.pass(turnSeconds);
    expect(toldTo(id)).toEqual([[], [laptopKey], [laptopKey, deskKey], [deskKey], []]);
    expect(await site.sessionNamed(name)).toMatchObject({ state: 'running', keyIds: [] });
  });

  it('are told once, and to their owner’s sessions alone', async () => {
    const { site } = stage;
    const bot = site.begin();
    await bot.say('carol', `key add ${desk}`);
    const bobs = await bot.start('bob', 'a100 1h');
    const carols = await bot.start('carol', 'a100 1h');
    await bot.say('bob', `key add ${laptop}`);
    await site.pass(30);
    expect(toldTo(bobs.id)).toEqual([[], [laptopKey]]);
    expect(toldTo(carols.id)).toEqual([[deskKey]]);
  });

  it('keep no stop waiting, where the host does not take them', async () => {
    const { site } = stage;
    const bot = site.begin();
    const { name } = await bot.start('bob', 'a100 1h');
    await site.pass(turnSeconds);
    trouble.isHanging = true;
    await bot.say('bob', `key add ${laptop}`);
    await site.pass(turnSeconds);
    await bot.say('bob', 'stop');
    trouble.isHanging = false;
    await site.pass(2 * turnSeconds);
    expect(await site.sessionNamed(name)).toMatchObject({ state: 'ended' });
  });

  it('come with the next session from its start', async () => {
    const { site } = stage;
    const bot = site.begin();
    await bot.say('bob', `key add ${laptop}`);
    const { id } = await bot.start('bob', 'a100 1h');
    await site.pass(10);
    expect(toldTo(id)).toEqual([[laptopKey]]);
  });

  it('that change while a session starts reach it when it runs', async () => {
    const { site } = stage;
    const bot = site.begin();
    const { id, name } = await bot.start('bob', 'a100 1h', 'starting');
    await bot.say('bob', `key add ${laptop}`);
    await site.untilState(name, 'running');
    await site.pass(turnSeconds);
    expect(toldTo(id).at(-1)).toEqual([laptopKey]);
  });

  it('are told again where they could not be, and do not end the session', async () => {
    const { site } = stage;
    const bot = site.begin();
    const { id, name } = await bot.start('bob', 'a100 1h');
    trouble.isAway = true;
    await bot.say('bob', `key add ${laptop}`);
    await site.pass(10);
    expect(toldTo(id)).toEqual([[]]);
    expect(await site.sessionNamed(name)).toMatchObject({ state: 'running' });
    trouble.isAway = false;
    await site.pass(20);
    expect(toldTo(id)).toEqual([[], [laptopKey]]);
  });

  it('are told by the next process, when the one that was to do it has died', async () => {
    const { site } = stage;
    const first = site.begin();
    const { id } = await first.start('bob', 'a100 1h');
    await first.say('bob', `key add ${laptop}`);
    first.kill();
    site.begin();
    await site.pass(40);
    expect(toldTo(id).at(-1)).toEqual([laptopKey]);
  });
});

onSite('the keys on the home page', {}, (stage) => {
  const asker = { platform: 'console', externalId: 'bob', channel: 'lab' } as const;

  it('are there with a button that removes them, or a line that says how to add one', async () => {
    const { commands, say } = stage.site.begin();
    const page = async () => JSON.stringify(await commands.home(asker));
    expect(await page()).toContain('SSH keys: none yet');
    await say('bob', `key add ${laptop}`);
    await say('carol', `key add ${desk}`);
    const withKey = await commands.home(asker);
    expect(JSON.stringify(withKey)).not.toMatch(/none yet|bob@desk|AAAAC/);
    const actions = withKey.parts.flatMap((part) => (part.kind === 'actions' ? part.actions : []));
    const button = actions.find(({ label }) => label === 'Remove');
    expect(button?.command).toBe(`key remove ${fingerprints.ed25519}`);
    expect(button?.confirm).toContain('bob@laptop');
    expect((await say('bob', button?.command ?? '')).text).toContain('bob@laptop is removed');
    expect(await page()).toContain('SSH keys: none yet');
  });

  it('are five at most', async () => {
    const { commands, say } = stage.site.begin();
    for (let at = 0; at < 8; at += 1) await say('bob', `key add ${madeUpLine(at)}`);
    const text = JSON.stringify(await commands.home(asker));
    expect(text).toContain('And 3 more');
    expect(text.match(/key remove SHA256/g)).toHaveLength(5);
  });
});
