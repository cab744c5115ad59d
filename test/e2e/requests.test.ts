import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { plainText } from '../../bot/render/words.ts';
import { defaultApproval, noLimits } from '../../core/policy.ts';
import { onSite } from '../support/on-site.ts';
import { testPolicy } from '../support/world.ts';

const { prices, mostLeaseSeconds } = testPolicy;
const approval = { ...defaultApproval, validSeconds: 600 };
const policy = { teams: { lab: { prices, mostLeaseSeconds, limits: noLimits, approval } } };

onSite('a request in the channel', { credits: 5, policy }, (stage) => {
  type Bot = ReturnType<(typeof stage)['site']['begin']>;
  /** What somebody sees, oldest first, as plain lines. */
  const readBy = (person: string) =>
    stage.site.seenBy(person).map(({ message }) => plainText(message));
  const toldTo = (person: string) =>
    stage.site
      .seenBy(person)
      .filter((posted) => posted.person === person)
      .map(({ message }) => plainText(message));
  const requestMessage = () => {
    const posted = stage.site.seenBy('carol').find(({ id }) => id.startsWith('request:'));
    if (!posted) throw new Error('no request is to be seen');
    return posted;
  };
  /** Puts an emoji under the request, or with a minus before it takes it away. */
  const react = async (bot: Bot, person: string, pressed: string) => {
    await bot.commands.react({
      platform: 'console',
      externalId: person,
      standing: 'member',
      ref: { channel: 'lab', message: requestMessage().id },
      emoji: pressed.replace('-', ''),
      isAdded: !pressed.startsWith('-'),
      requestKey: randomUUID(),
    });
    await stage.site.pass(2);
  };
  const begin = async (asked = 'request 200 "ablation for the paper, due Friday"') => {
    const bot = stage.site.begin();
    await stage.site.pass(3);
    expect((await bot.say('bob', asked)).ok).toBe(true);
    await stage.site.pass(2);
    return bot;
  };

  it('is answered, posted with both emoji under it, granted by one, and spent', async () => {
    const bot = await begin();
    const question = requestMessage().message;
    expect(plainText(question)).toContain('@bob asks for 200 credits for lab');
    expect(plainText(question)).toContain('“ablation for the paper, due Friday”');
    expect(question.parts).toContainEqual({ kind: 'reactions', emojis: ['✅', '❌'] });
    expect((await bot.say('bob', 'start a100 2h')).refusal?.kind).toBe('short_balance');

    await react(bot, 'alice', '✅');
    expect(plainText(requestMessage().message)).toMatch(
      /^Request 1: approved\n.*\n.*\nGranted by alice, 2026-03-02 .* lab now has 205 credits\.$/,
    );
    expect(requestMessage().message.parts.map(({ kind }) => kind)).toEqual([
      'text',
      'text',
      'text',
    ]);
    expect(toldTo('bob')).toEqual([expect.stringContaining('granted by alice')]);
    await bot.start('bob', 'a100 2h');
    expect(await stage.site.store.checkBook()).toEqual([]);
  });

  it('passes over other emoji, and reactions to anything else', async () => {
    const bot = await begin();
    await react(bot, 'alice', '🎉');
    const elsewhere = { channel: 'lab', message: 'session:none' };
    await bot.commands.react({
      platform: 'console',
      externalId: 'alice',
      standing: 'member',
      ref: elsewhere,
      emoji: '✅',
      isAdded: true,
      requestKey: randomUUID(),
    });
    await stage.site.pass(2);
    expect(plainText(requestMessage().message)).toContain('Open until');
    expect(toldTo('alice')).toEqual([]);
  });

  it('tells whose reaction does not count, alone and once', async () => {
    const bot = await begin();
    for (let press = 0; press < 2; press += 1) {
      await react(bot, 'carol', '✅');
      await react(bot, 'carol', '-✅');
    }
    await react(bot, 'bob', '✅');
    expect(toldTo('carol')).toEqual([
      'Your reaction to request 1 does not count: only approvers of lab decide.',
    ]);
    expect(toldTo('bob')).toEqual([
      'Your reaction to request 1 does not count: nobody decides on a request of their own.',
    ]);
    expect(toldTo('alice')).toEqual([]);
  });

  it('asks who denies by an emoji for the reason, and shows it', async () => {
    const bot = await begin();
    await react(bot, 'alice', '❌');
    expect(toldTo('bob')).toEqual([expect.stringContaining('denied by alice')]);
    const [asked] = stage.site.seenBy('alice').filter(({ person }) => person === 'alice');
    expect(asked?.message.title).toBe('You denied request 1');
    const actions = asked?.message.parts.flatMap((part) =>
      part.kind === 'actions' ? part.actions : [],
    );
    expect(actions).toMatchObject([{ command: 'deny 1', asks: 'Why? bob will read it.' }]);
    await bot.say('alice', 'deny 1 "the cluster is full until Monday"');
    await stage.site.pass(2);
    expect(plainText(requestMessage().message)).toContain('“the cluster is full until Monday”');
    expect(toldTo('bob').at(-1)).toContain('“the cluster is full until Monday”');
  });

  it('says that a reaction taken back after the grant changes nothing', async () => {
    const bot = await begin();
    await react(bot, 'alice', '✅');
    await react(bot, 'alice', '-✅');
    expect(toldTo('alice')).toEqual([
      'That changes nothing: request 1 is approved already. A wrong grant is taken back with /gpu reverse.',
    ]);
    expect(plainText(requestMessage().message)).toContain('approved');
  });

  it('is closed when nobody decided in time, and who asked is told', async () => {
    await begin();
    await stage.site.pass(600 + 120, 5);
    expect(plainText(requestMessage().message)).toContain('Request 1: expired');
    expect(toldTo('bob')).toEqual([expect.stringContaining('nobody decided in time')]);
  });

  it('is the same by commands, with an answer for whoever gives them', async () => {
    const bot = await begin('request 20 --me to learn JAX');
    const carols = await bot.say('carol', 'approve 1');
    expect([carols.refusal?.kind, carols.text]).toEqual([
      'not_allowed',
      'Only approvers of lab decide request 1: its admins.',
    ]);
    const own = await bot.say('bob', 'approve 1');
    expect([own.refusal?.kind, own.text]).toEqual([
      'own_credits',
      'Request 1 is your own: another approver of lab decides it. Take it back with /gpu withdraw 1',
    ]);
    expect((await bot.say('alice', 'approve #1')).text).toContain('granted by alice');
    expect((await bot.say('alice', 'deny 1')).refusal?.kind).toBe('request_decided');
    expect((await bot.say('alice', 'approve 2')).refusal?.kind).toBe('unknown_request');
    await stage.site.pass(2);
    expect(readBy('carol').at(0)).toContain('bob’s own account');
    expect((await bot.say('bob', 'start a100 2h --me')).ok).toBe(true);
  });

  it('tells people what they were granted and given', async () => {
    const bot = stage.site.begin();
    await stage.site.pass(3);
    await bot.say('alice', 'grant @bob 50 for the demo');
    await bot.say('bob', 'give carol 20 thanks for the dataset');
    expect((await bot.say('bob', 'give carol 40')).refusal?.kind).toBe('too_little_available');
    expect((await bot.say('bob', 'give dave 1')).refusal?.kind).toBe('unknown_payee');
    expect((await bot.say('bob', 'give carol lots')).refusal?.kind).toBe('amount_not_understood');
    await stage.site.pass(2);
    expect(toldTo('bob')).toEqual([
      expect.stringMatching(/^alice granted you 50 credits: for the demo/),
    ]);
    expect(toldTo('carol')).toEqual([
      expect.stringMatching(/^bob gave you 20 credits: thanks for the dataset/),
    ]);
  });
});
