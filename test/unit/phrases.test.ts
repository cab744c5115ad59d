import { describe, expect, it } from 'vitest';
import { parseCredits } from '../../bot/commands/arguments.ts';
import { phrasesOf } from '../../bot/commands/parse.ts';
import { voteOf } from '../../core/actions/vote.ts';

const texts = (line: string) => phrasesOf(line).map(({ text }) => text);

describe('a line with a sentence in it', () => {
  it.each([
    ['request 200 "ablation for the paper, due Friday"', 'ablation for the paper, due Friday'],
    ['request 200 “due Friday”', 'due Friday'],
    ['request 200 "for the “poster” session"', 'for the “poster” session'],
    ['request 200 „bis Freitag“', 'bis Freitag'],
    ["request 200 'it is late'", 'it is late'],
    ['request 200 ‘it is late’', 'it is late'],
  ])('keeps together what stands in quotes: %s', (line, reason) => {
    expect(texts(line)).toEqual(['request', '200', reason]);
  });

  it('leaves apostrophes, durations and dashes within words alone', () => {
    expect(texts("deny 17 don't run it for 2 hours – it's full")).toEqual(
      "deny 17 don't run it for 2 hours – it's full".split(' '),
    );
  });

  it('takes an option for one only where it is not quoted', () => {
    expect(phrasesOf('/gpu request 5 –me "--me first"')).toEqual([
      { text: 'request', isQuoted: false },
      { text: '5', isQuoted: false },
      { text: '--me', isQuoted: false },
      { text: '--me first', isQuoted: true },
    ]);
  });
});

describe('a number of credits', () => {
  it.each([
    ['200', 720_000_000n],
    ['12.5', 45_000_000n],
    ['12,5', 45_000_000n],
    ['1,000', 3_600_000_000n],
    ['1,000,000.25', 3_600_000_900_000n],
    ['0.001', 3600n],
    ['-20', -72_000_000n],
    ['−20', -72_000_000n],
    ['+20', 72_000_000n],
  ])('is read from “%s”', (typed, ticks) => {
    expect(parseCredits(typed)).toBe(ticks);
  });

  it.each(['', 'lots', '12.3456', '1e9', '2h', '--5', '1.2.3', '9999999999', 'Infinity', '0x10'])(
    'is not read from “%s”',
    (typed) => {
      expect(parseCredits(typed)).toBeNull();
    },
  );
});

describe('an emoji under a request', () => {
  const emoji = { approveEmoji: '👍', denyEmoji: '❤️' };

  it('means the same in whatever colour it is pressed', () => {
    expect(voteOf('👍🏽', emoji)).toBe('approve');
    expect(voteOf('👍', emoji)).toBe('approve');
    expect(voteOf('❤', emoji)).toBe('deny');
  });

  it('means nothing if it is another', () => {
    expect(voteOf('👎', emoji)).toBeNull();
    expect(voteOf('', emoji)).toBeNull();
  });
});
