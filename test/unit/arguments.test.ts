import { describe, expect, it } from 'vitest';
import {
  type ArgumentContext,
  type ArgumentKind,
  argumentTypes,
  parseCredits,
} from '../../bot/commands/arguments.ts';
import { complete } from '../../bot/commands/complete.ts';
import { parseCommand } from '../../bot/commands/parse.ts';
import { commands } from '../../bot/commands/table.ts';
import { mostCredits, ticksPerCredit } from '../../core/money.ts';
import type { Store } from '../../core/store.ts';
import type { Payee } from '../../core/view.ts';
import { chosenPytorch } from '../support/facts.ts';
import { aRequest } from '../support/messages/credits.ts';
import { partOf } from '../support/part-of.ts';
import { aView } from '../support/session-view.ts';
import { testPolicy } from '../support/world.ts';

const payee = (kind: Payee['kind'], name: string, ...teamIds: string[]): Payee => ({
  kind,
  name,
  accountId: `${kind} ${name}`,
  personId: kind === 'person' ? name.toLowerCase() : null,
  teamIds,
});
const payees = [
  payee('team', 'lab', 'lab'),
  payee('team', 'vision', 'vision'),
  payee('person', 'bob', 'lab'),
  payee('person', 'Carol', 'lab'),
  payee('person', 'dan', 'vision'),
];

function contextOf(store: Partial<Store> = {}): ArgumentContext {
  return {
    store: partOf<Store>({
      payees: async () => payees,
      sessionByName: async (name) => (name === 'brave-otter' ? aView() : null),
      livingSessions: async (of) => [aView({ name: Object.keys(of).join() })],
      requestByNumber: async (number) => (number === 17 ? aRequest() : null),
      pendingRequests: async () => [aRequest()],
      personNamed: async (name) => (name === 'bob' ? { personId: 'bob', name } : null),
      ...store,
    }),
    policy: testPolicy,
    images: [chosenPytorch],
    commands,
    personId: 'bob',
    teamId: 'lab',
    roles: [],
  };
}

/** The value, or the kind of the refusal. */
async function read(kind: ArgumentKind, typed: string): Promise<unknown> {
  const parsed = await argumentTypes[kind].parse(typed, contextOf());
  return 'value' in parsed ? parsed.value : parsed.refusal.kind;
}

describe('credits', () => {
  it.each([
    ['200', 200],
    ['12.5', 12.5],
    ['12,5', 12.5],
    ['1,000', 1000],
    ['1,000,000', 1_000_000],
    ['0.001', 0.001],
    ['-20', -20],
    ['−20', -20],
    ['–20', -20],
    ['+20', 20],
  ])('%s are %d', (typed, credits) => {
    expect(parseCredits(typed)).toBe(BigInt(Math.round(credits * 1000)) * (ticksPerCredit / 1000n));
  });

  it.each(['0.0001', '1.', '.5', '1e3', '--1', '1 000', 'ten', '', '1.2.3'])(
    '“%s” are none',
    (typed) => expect(parseCredits(typed)).toBeNull(),
  );

  it('have a most, which is one of them', () => {
    expect(parseCredits(String(mostCredits))).toBe(BigInt(mostCredits) * ticksPerCredit);
    expect(parseCredits(String(-mostCredits))).toBe(-BigInt(mostCredits) * ticksPerCredit);
    expect(parseCredits(String(mostCredits + 1))).toBeNull();
    expect(parseCredits(String(-mostCredits - 1))).toBeNull();
  });

  it('that are asked for are above zero, and a change is not zero', async () => {
    const least = ticksPerCredit / 1000n;
    expect(await read('amount', '0.001')).toBe(least);
    for (const typed of ['0', '-1', 'x'])
      expect(await read('amount', typed)).toBe('amount_not_understood');
    expect(await read('change', '-0.001')).toBe(-least);
    expect(await read('change', '0.001')).toBe(least);
    for (const typed of ['0', 'x'])
      expect(await read('change', typed)).toBe('amount_not_understood');
  });
});

describe('an argument', () => {
  it('that is a reason has three hundred characters at most', async () => {
    expect(await read('reason', 'x'.repeat(300))).toBe('x'.repeat(300));
    const long = await argumentTypes.reason.parse('x'.repeat(301), contextOf());
    expect(long).toEqual({
      refusal: { kind: 'reason_too_long', characters: 301, most: 300 },
    });
  });

  it('that is a request is its number, with or without a sign', async () => {
    for (const typed of ['17', '#17'])
      expect(await read('request', typed)).toMatchObject({ number: 17 });
    for (const typed of ['18', '17a', '##17', '1'.repeat(10)])
      expect(await read('request', typed)).toBe('unknown_request');
  });

  it('that is a transfer has fifteen digits at most', async () => {
    expect(await read('transfer', '#1204')).toBe(1204);
    expect(await read('transfer', '9'.repeat(15))).toBe(999_999_999_999_999);
    expect(await read('transfer', '9'.repeat(16))).toBe('unknown_transfer');
  });

  it('that is a session is found in small letters, and those of the team are offered instead', async () => {
    expect(await read('session', 'Brave-OTTER')).toMatchObject({ name: 'brave-otter' });
    const parsed = await argumentTypes.session.parse('otter', contextOf());
    const refusal = { kind: 'unknown_session', typed: 'otter', living: ['teamId'] };
    expect(parsed).toEqual({ refusal });
  });

  it('that is a payee is called by name in any letters, or by me and team', async () => {
    const named = async (typed: string) => ((await read('payee', typed)) as Payee).accountId;
    expect(await named('@carol')).toBe('person Carol');
    expect(await named('CAROL')).toBe('person Carol');
    expect(await named('me')).toBe('person bob');
    expect(await named('team')).toBe('team lab');
    expect(await named('vision')).toBe('team vision');
    expect(await read('payee', 'nobody')).toBe('unknown_payee');
  });

  it('that is an account is one whose balance may be seen', async () => {
    expect(await read('account', 'me')).toMatchObject({ name: 'bob' });
    expect(await read('account', 'dan')).not.toMatchObject({ name: 'dan' });
  });

  it('that is a subject is a request by number, a person by sign, else a person or a session', async () => {
    expect(await read('subject', '#17')).toMatchObject({ words: 'request 17' });
    expect(await read('subject', 'bob')).toMatchObject({ personId: 'bob', about: null });
    expect(await read('subject', '@bob')).toMatchObject({ personId: 'bob' });
    expect(await read('subject', 'brave-otter')).toMatchObject({ about: 'session-1' });
    for (const typed of ['@brave-otter', 'nobody', '18'])
      expect(await read('subject', typed)).toBe('unknown_subject');
  });
});

describe('a command', () => {
  const parse = async (text: string) => {
    const parsed = await parseCommand(text, contextOf());
    if ('refusal' in parsed) return parsed.refusal.kind;
    const { command, given } = parsed;
    return [command.name, Object.keys(given.values), [...given.flags]];
  };

  it('leaves out what is optional where the words are for what is needed', async () => {
    expect(await parse('extend 1h')).toEqual(['extend', ['duration'], []]);
    expect(await parse('extend brave-otter 1h')).toEqual(['extend', ['session', 'duration'], []]);
    expect(await parse('extend brave-otter')).toBe('duration_not_understood');
    expect(await parse('extend')).toBe('argument_missing');
    expect(await parse('extend brave-otter 1h more')).toBe('argument_not_understood');
  });

  it('knows its options in any letters, and no others', async () => {
    expect(await parse('start a100 1h --NOW')).toEqual(['start', ['type', 'duration'], ['--now']]);
    expect(await parse('/GPU start a100 1h —Now')).toEqual([
      'start',
      ['type', 'duration'],
      ['--now'],
    ]);
    expect(await parse('key add --HELP')).toEqual(['help', ['command'], []]);
    expect(await parse('start a100 1h --soon')).toBe('flag_unknown');
    expect(await parse('start --help')).toEqual(['help', ['command'], []]);
    expect(await parse('--help')).toEqual(['help', [], []]);
    expect(await parse('')).toBe('nothing_typed');
    expect(await parse('dance')).toBe('unknown_command');
  });

  it('takes an option in quotes for words', async () => {
    expect(await parse('deny 17 "--me"')).toEqual(['deny', ['request', 'reason'], []]);
    expect(await parse('deny 17')).toEqual(['deny', ['request'], []]);
  });
});

describe('the ways to go on', () => {
  const texts = async (text: string, store: Partial<Store> = {}) =>
    (await complete(text, contextOf(store))).map((way) => way.text);

  it('are the commands that begin so, and not one that is there already', async () => {
    expect(await texts('st')).toEqual(['start', 'stop', 'status']);
    expect(await texts('STAR')).toEqual(['start']);
    expect(await texts('start')).toEqual([]);
    expect(await texts('dance ')).toEqual([]);
    expect((await texts('')).length).toBeGreaterThan(20);
  });

  it('go on where an option or other letters stand before', async () => {
    const fleet = async () => ({ hosts: [], queue: [], running: [] });
    expect(await texts('start a100 --now 2', { fleet })).toContain('start a100 --now 2h');
    expect(await texts('EXTEND brave-otter 2')).toEqual(['EXTEND brave-otter 2h']);
  });

  it('are people with or without the sign before their names', async () => {
    expect(await texts('give ca')).toEqual(['give @Carol']);
    expect(await texts('give @ca')).toEqual(['give @Carol']);
    expect(await texts('give @carol ')).toEqual([]);
  });

  it('are both where the first may be left out', async () => {
    const ways = await texts('extend ');
    expect(ways.slice(0, 2)).toEqual(['extend personId', 'extend 2h']);
    expect(await texts('extend brave-otter 2')).toEqual(['extend brave-otter 2h']);
    expect(await texts('extend 1h ')).toEqual([]);
  });

  it('are options once all that is needed is there, each once', async () => {
    const board = async () => ({ hosts: [] }) as never;
    expect(await texts('start a100 ', { board })).not.toContain('start a100 --now');
    const flags = (ways: string[]) => ways.map((way) => way.split(' ').at(-1));
    const fleet = async () => ({ hosts: [], queue: [], running: [] });
    const on = flags(await texts('start a100 1h --', { fleet }));
    expect(on).toEqual(['--now', '--me', '--check']);
    for (const now of ['--now', '--NOW'])
      expect(flags(await texts(`start a100 1h ${now} --`, { fleet }))).toEqual(['--me', '--check']);
  });

  it('are twenty-five at most, and a long list leaves room for the other', async () => {
    const livingSessions = async () =>
      Array.from({ length: 40 }, (_, i) => aView({ name: `otter-${i}` }));
    const ways = await texts('extend ', { livingSessions });
    expect(ways).toHaveLength(25);
    expect(ways.slice(19)).toEqual(['2h', '1h', '30m', '4h', '8h', '1d'].map((d) => `extend ${d}`));
    expect(await texts('stop ', { livingSessions })).toHaveLength(25);
  });
});
