import { expect, it } from 'vitest';
import { grant } from '../../core/actions/grant.ts';
import type { Message } from '../../core/message.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { onSite } from '../support/on-site.ts';
import { act } from '../support/stage.ts';
import { accepted, lab } from '../support/world.ts';

/** Dave is an admin of another team, in which carol is too. */
const vision = {
  ...lab,
  name: 'vision',
  people: ['dave', 'carol'].map((name) => ({
    name,
    roles: name === 'dave' ? ['admin' as const] : [],
    identities: [{ platform: 'console' as const, externalId: name }],
  })),
};

onSite('what a team has and had', { credits: 100 }, (stage) => {
  const begin = async () => {
    const { site } = stage;
    const hosts = [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }];
    await site.store.setUp({ teams: [lab, vision], hosts });
    const bot = site.begin();
    await site.pass(3);
    return bot;
  };
  const grantTo = async (name: string, amount: number) => {
    const { site } = stage;
    const payee = (await site.store.payees()).find((found) => found.name === name);
    const input = { accountId: payee?.accountId ?? '', amount: BigInt(amount) * ticksPerCredit };
    await accepted(act(site, grant, { ...input, reason: 'a prize' }));
  };
  const fileOf = ({ parts }: Message) => {
    const file = parts.find((part) => part.kind === 'file');
    if (!file) throw new Error('there is no file');
    return file;
  };
  const rowsOf = (message: Message) => {
    const table = message.parts.find((part) => part.kind === 'table');
    return (table?.rows ?? []).map(([, , ...cells]) => cells);
  };

  it('is its balance, with what is held for whom and until when it lasts at this pace', async () => {
    const { site } = stage;
    const bot = await begin();
    const { name } = await bot.start('bob', 'a100 1h');
    await site.pass(360, 90);
    await bot.say('bob', `stop ${name}`);
    const running = await bot.start('carol', 'a100 2h');
    const { text } = await bot.say('bob', 'balance');
    expect(text).toContain(`Held: 20 credits: 20 for ${running.name} of carol`);
    expect(text).toMatch(/Available: 7[89](\.\d+)? credits/);
    expect(text).toMatch(/Spent this month: 1(\.\d+)? credits?/);
    expect(text).toMatch(
      /Lasts: until about \d+ May 2026 at the recent pace of 1(\.\d+)? credits? a day/,
    );
    expect(text).not.toContain('Your own');
  });

  it('stands beside one’s own where nobody is named', async () => {
    const bot = await begin();
    await grantTo('bob', 20);
    expect((await bot.say('bob', 'balance')).text).toContain('Your own: 20 credits available');
    expect((await bot.say('carol', 'balance')).text).not.toContain('Your own');
    expect((await bot.say('bob', 'balance team')).text).not.toContain('Your own');
    const own = await bot.say('bob', 'balance me');
    expect(own.text).toContain('Balance of bob\nAvailable: 20 credits');
    expect((await bot.say('bob', 'balance @Bob')).text).toBe(own.text);
  });

  it.each(['balance', 'history'])('is shown by %s to whom it concerns', async (asked) => {
    const bot = await begin();
    const answers = async (person: string, of: string) =>
      (await bot.say(person, `${asked} ${of}`)).refusal?.kind ?? 'shown';
    expect(await answers('bob', 'lab')).toBe('shown');
    expect(await answers('bob', '@carol')).toBe('account_of_others');
    expect(await answers('bob', 'vision')).toBe('account_of_others');
    expect(await answers('carol', 'vision')).toBe('shown');
    expect(await answers('alice', '@bob')).toBe('shown');
    expect(await answers('alice', 'vision')).toBe('account_of_others');
    expect(await answers('dave', '@carol')).toBe('shown');
    expect(await answers('dave', '@bob')).toBe('account_of_others');
    expect(await answers('dave', 'team')).toBe('shown');
  });

  it('is its history, from what was granted to what was used', async () => {
    const { site } = stage;
    const bot = await begin();
    const { name } = await bot.start('bob', 'a100 10m');
    await site.pass(595, 85);
    await site.untilState(name, 'ended');
    const { message, text } = await bot.say('carol', 'history');
    expect(text).toContain('History of lab, 2026-03');
    expect(rowsOf(message)).toEqual([
      ['opening balance', '', '0.00'],
      ['grant by test: test', '+100.00', '100.00'],
      [`charge ${name}, bob`, '-1.67', '98.33'],
      ['closing balance', '', '98.33'],
    ]);
    expect(text).toContain('In: +100.00\nOut: -1.67');
    const other = await bot.say('carol', 'history last-month');
    expect(rowsOf(other.message)).toEqual([
      ['opening balance', '', '0.00'],
      ['closing balance', '', '0.00'],
    ]);
    expect((await bot.say('carol', 'history today')).text).toContain(`charge ${name}`);
  });

  it('is the same to the tick in the file as in the book', async () => {
    const { site } = stage;
    const bot = await begin();
    const { name } = await bot.start('bob', 'a100 10m');
    await site.pass(77, 11);
    await bot.say('bob', `stop ${name}`);
    const { message } = await bot.say('bob', 'history team month --csv');
    const { name: fileName, mediaType, text } = fileOf(message);
    expect([fileName, mediaType]).toEqual(['dibs-lab-2026-03.csv', 'text/csv']);
    const [head, ...rows] = text.trimEnd().split('\n');
    const columns = head?.split(',') ?? [];
    const ticks = rows.map((row) => BigInt(row.split(',').at(columns.indexOf('ticks') - 11) ?? ''));
    const { account } = await site.store.balanceOf(site.team.accountId);
    expect(ticks.reduce((sum, amount) => sum + amount, 0n)).toBe(account.posted);
    expect(rows.at(-1)).toContain(`,${account.posted},`);
    expect(rows).toHaveLength(2);
  });
});
