import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { characters, shortened } from '../../adapters/slack/shortened.ts';
import { commandText, fittedMrkdwn, mrkdwnOf, plainOf } from '../../adapters/slack/text.ts';
import type { Span } from '../../core/message.ts';
import { noonPlus } from '../support/facts.ts';
import { noon } from '../support/world.ts';

const names = (personId: string) => (personId === 'bob' ? 'U123' : null);
const mrkdwn = (...text: Span[]) => mrkdwnOf(text, names);
const strong = (text: string): Span => ({ kind: 'strong', text });
const code = (text: string): Span => ({ kind: 'code', text });

describe('text for Slack', () => {
  it.each<[string, Span, string]>([
    ['words', 'a100 for bob', 'a100 for bob'],
    ['control characters', '1 < 2 & 3 > 2', '1 &lt; 2 &amp; 3 &gt; 2'],
    ['a mention that it was not meant to have', '<!channel> <@U1>', '&lt;!channel&gt; &lt;@U1&gt;'],
    ['a quotation that is none', '> 3\n>>> 4', '› 3\n›&gt;&gt; 4'],
    ['strong words', strong('20 credits'), '*20 credits*'],
    ['strong words over two lines', strong(' one \n\ntwo'), ' *one* \n\n*two*'],
    ['strong nothing', strong(' '), ' '],
    ['code', code('/gpu start <type>'), '`/gpu start &lt;type&gt;`'],
    ['code with a backtick and two lines', code('a`b\n c'), '`aˋb c`'],
    ['empty code', code(''), ''],
    ['somebody known', { kind: 'mention', personId: 'bob', name: 'bob' }, '<@U123>'],
    ['somebody unknown', { kind: 'mention', personId: 'zoe', name: 'Zoë <x>' }, '@Zoë &lt;x&gt;'],
    ['a channel', { kind: 'channel', channel: 'C1' }, '<#C1>'],
    [
      'a link',
      { kind: 'link', text: 'Open | <go>\nnow', url: 'http://gpu-1/lab?a=1&b=<|> x' },
      '<http://gpu-1/lab?a=1&amp;b=%3C%7C%3E%20x|Open | &lt;go&gt; now>',
    ],
    ['a link without words', { kind: 'link', text: ' ', url: 'http://gpu-1/' }, '<http://gpu-1/>'],
    [
      'a time, in the reader’s own zone',
      { kind: 'time', at: noon, style: 'clock' },
      `<!date^1772452800^{time} {date_short_pretty}|2026-03-02 12:00 UTC>`,
    ],
    [
      'a time from now, as of the moment of reading',
      { kind: 'time', at: noonPlus(0.9), style: 'relative' },
      `<!date^1772452800^{ago}|2026-03-02 12:00 UTC>`,
    ],
  ])('has %s', (_, span, expected) => {
    expect(mrkdwn(span)).toBe(expected);
  });

  it.each([
    ['*urgent*', '∗urgent∗'],
    ['_init_ and __init__', 'ˍinitˍ and ˍˍinitˍˍ'],
    ['~no~', '∼no∼'],
    ['`rm`', 'ˋrmˋ'],
    ['(*really*), “_so_”', '(∗really∗), “ˍsoˍ”'],
  ])('does not format what somebody wrote: %s', (written, shown) => {
    expect(mrkdwn(written)).toBe(shown);
  });

  it.each(['snake_case_name', '2 * 3 * 4', '*.py', 'about ~5 min', 'C1_2_3'])(
    'leaves alone what Slack leaves alone: %s',
    (written) => {
      expect(mrkdwn(written)).toBe(written);
    },
  );

  it('does not format across the border of two spans', () => {
    expect(mrkdwn('a *b ', strong('c'), ' d* e')).toBe('a ∗b *c* d∗ e');
    expect(mrkdwn('a _b ', { kind: 'mention', personId: 'zoe', name: 'z_' })).toBe('a ˍb @zˍ');
    expect(mrkdwn('*.py and ', code('*'))).toBe('*.py and `*`');
  });

  it('sets formats apart from letters, else Slack would not see them', () => {
    expect(mrkdwn('x', strong('y'), 'z')).toBe('x\u200b*y*\u200bz');
    expect(mrkdwn(strong('y'), code('z'))).toBe('*y*\u200b`z`');
    expect(mrkdwn('x ', strong('y'), '.')).toBe('x *y*.');
  });

  it('has no half characters', () => {
    expect(mrkdwn('a\ud83d', strong('\ude00b')).isWellFormed()).toBe(true);
  });
});

describe('text that is cut', () => {
  it('is whole up to the limit and ends in an ellipsis beyond it', () => {
    expect(fittedMrkdwn(['x'.repeat(20)], names, 20)).toBe('x'.repeat(20));
    expect(fittedMrkdwn(['x'.repeat(21)], names, 20)).toBe(`${'x'.repeat(19)}…`);
    expect(shortened('x'.repeat(20), 20)).toBe('x'.repeat(20));
    expect(shortened('x'.repeat(21), 20)).toBe(`${'x'.repeat(19)}…`);
  });

  it('is cut within what is marked, and never within the mark', () => {
    expect(fittedMrkdwn(['a ', strong('b'.repeat(30))], names, 10)).toBe('a *bbbbb*…');
    expect(fittedMrkdwn(['a & b & c & d'], names, 12)).toBe('a &amp; b…');
    const link: Span = { kind: 'link', text: 'Open', url: 'http://gpu-1/' };
    expect(fittedMrkdwn(['Here: ', link], names, 20)).toBe('Here: …');
  });

  it('keeps together what people see as one character', () => {
    const family = '👨‍👩‍👧‍👦';
    expect(shortened(`ab${family}cd`, 5)).toBe('ab…');
    expect(shortened(`${family}${family}`, family.length + 1)).toBe(`${family}…`);
    expect(shortened(`e\u0301${'x'.repeat(9)}`, 2)).toBe('…');
  });

  it('fits and is well formed, whatever it was', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    const span = fc.oneof(
      text,
      text.map(strong),
      text.map(code),
      text.map((name): Span => ({ kind: 'mention', personId: 'zoe', name })),
    );
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 8 }),
        fc.integer({ min: 1, max: 300 }),
        (all, most) => {
          const cut = fittedMrkdwn(all, names, most);
          expect(cut.length).toBeLessThanOrEqual(most);
          expect(cut.isWellFormed()).toBe(true);
        },
      ),
    );
  });

  it('begins as the whole does, character by character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (all, most) => {
        const kept = shortened(all, most).replace(/…$/, '');
        const whole = [...characters.segment(all.toWellFormed())].map(({ segment }) => segment);
        const starts = whole.map((_, at) =>
          whole
            .slice(0, at + 1)
            .join('')
            .trimEnd(),
        );
        expect(['', all.toWellFormed(), ...starts]).toContain(kept);
      }),
    );
  });
});

describe('text for notifications', () => {
  const plain = (...text: Span[]) => plainOf(text, noon);

  it('is one line without marks, in UTC', () => {
    const bob: Span = { kind: 'mention', personId: 'bob', name: 'bob' };
    const link: Span = { kind: 'link', text: 'here', url: 'http://gpu-1/' };
    expect(plain(bob, ' has\n', strong('a100'), ' ', link)).toBe('@bob has a100 here');
  });

  it.each<[Date, 'clock' | 'relative', string]>([
    [noonPlus(3600), 'clock', '13:00 UTC'],
    [noonPlus(86_400), 'clock', '2026-03-03 12:00 UTC'],
    [noonPlus(900), 'relative', 'in 15 minutes'],
    [noonPlus(60), 'relative', 'in 1 minute'],
    [noonPlus(7200), 'relative', 'in 2 hours'],
    [noonPlus(-7200), 'relative', '2 hours ago'],
  ])('says of %o, %s: %s', (at, style, words) => {
    expect(plain({ kind: 'time', at, style })).toBe(words);
  });
});

describe('the text of a command', () => {
  it.each([
    ['start a100 2h', 'start a100 2h'],
    ['give <@U123|bob> 20 thanks', 'give <@U123|bob> 20 thanks'],
    ['give <@W123> 20', 'give <@W123> 20'],
    ['give <@U123|bob smith> 20', 'give <@U123> 20'],
    ['list <#C123|general>', 'list #general'],
    ['list <#C123>', 'list #C123'],
    ['grant <!subteam^S1|@ml> 20', 'grant @ml 20'],
    ['request 20 <!here> and <!channel|channel>', 'request 20 @here and @channel'],
    ['see <https://x.org/?a=1&amp;b=2|x.org>', 'see x.org'],
    ['see <https://x.org/?a=1&amp;b=2>', 'see https://x.org/?a=1&b=2'],
    ['ask <mailto:bob@x.org|bob@x.org>', 'ask bob@x.org'],
    ['since <!date^1772452800^{date}|March 2nd>', 'since March 2nd'],
    ['1 &lt; 2 &amp;&amp; 3 &gt; 2', '1 < 2 && 3 > 2'],
    ['what was written as &amp;lt;', 'what was written as &lt;'],
    ['start\u00a0a100\u202f2h', 'start a100 2h'],
    ['start a100\u200b 2h', 'start a100 2h'],
    ['request 20 “for the paper”', 'request 20 “for the paper”'],
  ])('%s is %s', (sent, written) => {
    expect(commandText(sent)).toBe(written);
  });
});
