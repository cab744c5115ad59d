import { expect, it } from 'vitest';
import type { RefusalKind } from '../../core/refusal.ts';
import { hosts as hostRows } from '../../db/schema/fleet.ts';
import { onSite } from '../support/on-site.ts';
import { a100 } from '../support/simulated-fleet.ts';

const rtx4090 = { model: 'NVIDIA GeForce RTX 4090', memoryMib: 24_564 };
const hosts = [
  { name: 'gpu-1', devices: [a100, a100] },
  { name: 'gpu-2', devices: [rtx4090] },
];

onSite('a command', { hosts }, (stage) => {
  const begin = async () => {
    const bot = stage.site.begin();
    await stage.site.pass(3);
    return bot;
  };

  it.each<[string, RefusalKind]>([
    ['', 'nothing_typed'],
    ['/gpu', 'nothing_typed'],
    ['strat a100 2h', 'unknown_command'],
    ['start', 'argument_missing'],
    ['start a100', 'argument_missing'],
    ['start a100 soon', 'duration_not_understood'],
    ['start a100 0h', 'duration_not_understood'],
    ['start a100 2h torch', 'unknown_image'],
    ['start a100 2h pytorch please', 'argument_not_understood'],
    ['start a100 2h --soon', 'flag_unknown'],
    ['list everything', 'argument_not_understood'],
    ['start a10O 2h', 'unknown_device_type'],
    ['start rtx 2h', 'unknown_device_type'],
    ['start a100x3 2h', 'too_many_devices'],
    ['start a100 1m', 'lease_too_short'],
    ['start a100 2d', 'lease_too_long'],
    ['stop', 'no_session_of_yours'],
    ['stop brave-oter', 'unknown_session'],
    ['extend 1h', 'no_session_of_yours'],
    ['extend', 'argument_missing'],
    ['balance mallory', 'unknown_payee'],
    ['history mallory', 'unknown_payee'],
    ['history soon week', 'unknown_payee'],
    ['history carol week', 'account_of_others'],
    ['history 2026-13', 'period_not_understood'],
    ['history last week', 'period_not_understood'],
    ['history lab 2026-02-30', 'period_not_understood'],
    ['history week lab', 'argument_not_understood'],
  ])('“%s” is refused as %s, and nothing is begun', async (text, kind) => {
    const reply = await (await begin()).say('bob', text);
    expect([reply.ok, reply.refusal?.kind, reply.session]).toEqual([false, kind, null]);
    expect(reply.text).not.toBe('');
    expect(await stage.site.store.livingSessions({})).toEqual([]);
  });

  it.each([
    ['start a100 2h', { deviceType: 'a100', deviceCount: 1, image: 'pytorch' }],
    ['START A100 2H', { deviceType: 'a100', deviceCount: 1, image: 'pytorch' }],
    ['start a100 x2 2 hours', { deviceType: 'a100', deviceCount: 2, image: 'pytorch' }],
    ['start rtx4090 1h 60m JAX --now', { deviceType: 'rtx4090', deviceCount: 1, image: 'Jax' }],
    ['start --NOW a100 2h “pytorch”', { deviceType: 'a100', deviceCount: 1, image: 'pytorch' }],
  ])('“%s” is understood', async (text, facts) => {
    const { session } = await (await begin()).say('bob', text);
    expect(session).toMatchObject({ ...facts, leaseSeconds: 7200 });
  });

  it('of a stranger is refused, and nothing is suggested to one', async () => {
    const bot = await begin();
    const { refusal } = await bot.say('mallory', 'list');
    expect(refusal).toMatchObject({ kind: 'person_unknown', externalId: 'mallory' });
    expect(await bot.complete('mallory', '')).toEqual([]);
  });

  it('is explained where --help is anywhere in it', async () => {
    const bot = await begin();
    expect((await bot.say('bob', 'start a100 --help')).text).toContain('/gpu start <type>[xN]');
    expect((await bot.say('bob', '--help')).text).toContain('Commands');
    expect((await bot.say('bob', '--help start')).text).toContain('/gpu start <type>[xN]');
  });

  it('for one of several sessions wants its name', async () => {
    const bot = await begin();
    const one = await bot.start('bob', 'a100 1h', 'starting');
    const other = await bot.start('bob', 'a100 1h', 'starting');
    const { refusal } = await bot.say('bob', 'stop');
    expect(refusal).toMatchObject({ kind: 'which_session', names: [one.name, other.name] });
    expect((await bot.say('bob', `stop ${one.name.toUpperCase()}`)).ok).toBe(true);
    expect((await bot.say('bob', `extend ${other.name} 30m`)).ok).toBe(true);
    expect((await bot.say('bob', 'extend 1h 30m')).refusal?.kind).toBe('which_session');
  });

  it('on somebody else’s session is for its holder and for admins', async () => {
    const bot = await begin();
    const { name } = await bot.start('bob', 'a100 1h', 'starting');
    expect((await bot.say('carol', `stop ${name}`)).refusal).toMatchObject({
      kind: 'not_allowed',
      holder: 'bob',
    });
    expect((await bot.say('carol', `extend ${name} 1h`)).refusal?.kind).toBe('not_allowed');
    expect((await bot.say('alice', `stop ${name}`)).ok).toBe(true);
    expect(await stage.site.untilState(name, 'ended')).toMatchObject({
      endReason: 'stopped_by_admin',
    });
  });

  it('that comes twice under one key is done once, and answered the same', async () => {
    const bot = await begin();
    const first = await bot.say('bob', 'start a100 1h', 'key-1');
    const again = await bot.say('bob', 'start a100 1h', 'key-1');
    expect(again.session?.id).toBe(first.session?.id);
    expect((await bot.say('bob', 'start a100 2h', 'key-1')).refusal?.kind).toBe(
      'request_key_reused',
    );
    expect(await stage.site.store.livingSessions({})).toHaveLength(1);
  });

  it('of a simulated session show how SSH looks on a real host', async () => {
    const { site, database } = stage;
    await database.db.update(hostRows).set({ simulated: true });
    const bot = site.begin();
    const { name } = await bot.start('bob', 'a100 1h');
    const reply = await bot.say('bob', 'ssh');
    expect(reply.refusal).toEqual({ kind: 'no_ssh_simulated', name });
    expect(reply.text).toContain(`Host ${name}`);
  });
});

onSite('completion', { hosts }, (stage) => {
  const texts = async (text: string) => {
    const bot = stage.site.begin();
    await stage.site.pass(3);
    return (await bot.complete('bob', text)).map((way) => way.text);
  };

  it('begins with the commands', async () => {
    expect(await texts('')).toEqual(expect.arrayContaining(['start', 'stop', 'help']));
    expect(await texts('st')).toEqual(['start', 'stop', 'status']);
    expect(await texts('/gpu ST')).toEqual(['start', 'stop', 'status']);
    expect(await texts('launch ')).toEqual([]);
  });

  it('offers each family and each type once, with what is free of it', async () => {
    const { site } = stage;
    const bot = site.begin();
    await bot.start('carol', 'a100 1h');
    expect(await bot.complete('bob', 'start ')).toEqual([
      { text: 'start a100', hint: '1 of 2 free' },
      { text: 'start a100-80gb', hint: '1 of 2 free' },
      { text: 'start rtx4090', hint: '1 of 1 free' },
    ]);
  });

  it('replaces the whole line, and goes on where a word was begun', async () => {
    expect(await texts('start a100 ')).toContain('start a100 2h');
    expect(await texts('start a100 2')).toEqual(['start a100 2h']);
    expect(await texts('start a100 2h ')).toEqual([
      'start a100 2h pytorch',
      'start a100 2h Jax',
      'start a100 2h --now',
      'start a100 2h --me',
      'start a100 2h --check',
    ]);
    expect(await texts('start a100 2h j')).toEqual(['start a100 2h Jax']);
    expect(await texts('start a100 2h FL')).toEqual(['start a100 2h flax']);
    expect(await texts('start a100 2h --now ')).not.toContain('start a100 2h --now --now');
  });

  it('offers the person’s own sessions alone', async () => {
    const bot = stage.site.begin();
    const { name } = await bot.start('bob', 'a100 1h');
    await bot.start('carol', 'a100 1h');
    expect((await bot.complete('bob', 'stop ')).map(({ text }) => text)).toEqual([`stop ${name}`]);
    const ways = (await bot.complete('bob', 'extend ')).map(({ text }) => text);
    expect(ways).toEqual(expect.arrayContaining([`extend ${name}`, 'extend 1h']));
    expect((await bot.complete('bob', 'extend 1h ')).map(({ text }) => text)).toEqual([]);
  });

  it('of two things that may be left out offers both, and then what is left', async () => {
    expect(await texts('history ')).toEqual([
      ...['history lab', 'history me', 'history month', 'history last-month', 'history week'],
      ...['history last-week', 'history today', 'history yesterday', 'history year'],
      ...['history last-year', 'history all', 'history --csv'],
    ]);
    expect(await texts('history l')).toEqual([
      ...['history lab', 'history last-month', 'history last-week', 'history last-year'],
    ]);
    expect(await texts('history me w')).toEqual(['history me week']);
    expect(await texts('history week ')).toEqual(['history week --csv']);
    expect(await texts('history me week --csv ')).toEqual([]);
  });

  it('offers those accounts alone that may be seen, people with and without the sign', async () => {
    const bot = stage.site.begin();
    const offered = async (person: string, text: string) =>
      (await bot.complete(person, text)).map((way) => way.text);
    expect(await offered('bob', 'balance ')).toEqual(['balance lab', 'balance me']);
    expect(await offered('alice', 'balance ')).toEqual([
      ...['balance lab', 'balance me', 'balance @bob', 'balance @carol'],
    ]);
    expect(await offered('alice', 'balance c')).toEqual(['balance @carol']);
    expect(await offered('alice', 'balance @')).toEqual(['balance @bob', 'balance @carol']);
  });
});
