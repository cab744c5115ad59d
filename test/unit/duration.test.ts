import { describe, expect, it } from 'vitest';
import { formatDuration, formatExactDuration, parseDuration } from '../../bot/duration.ts';

const hour = 3600;

describe('a duration', () => {
  it.each([
    ['2h', 2 * hour],
    ['90m', 1.5 * hour],
    ['1h30m', 1.5 * hour],
    ['1h 30m', 1.5 * hour],
    ['1d', 24 * hour],
    ['2 hours', 2 * hour],
    ['1 hour, 30 minutes', 1.5 * hour],
    ['2H', 2 * hour],
    ['45s', 45],
    ['1 week', 168 * hour],
  ])('is read from “%s”', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['1.5h', '1,5h', '1,5 hours'])(
    'is an hour and a half in “%s”, whatever divides it',
    (text) => {
      expect(parseDuration(text)).toBe(1.5 * hour);
    },
  );

  it.each(['2', '', ' ', '2x', 'abc', 'h', '-2h', '- 2h', '2h -30m', '1h30', '½h', '2h!', '1e3h'])(
    'is not read from “%s”',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it.each(['0h', '0m', '0.2s', '1ms'])('is a second at least, so not “%s”', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it('is a number that can be counted with, however long the digits', () => {
    expect(parseDuration(`${'9'.repeat(400)}d`)).toBeNull();
    expect(parseDuration(`${'9'.repeat(30)}d`)).toBeNull();
  });

  it('is refused quickly, however long the text', () => {
    const begun = performance.now();
    for (const unit of ['1,', '1h ', 'h1', '1,1', '11111h,'])
      expect(parseDuration(`${unit.repeat(20_000)}!`)).toBeNull();
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});

describe('the words for a duration', () => {
  it.each([
    [7200, '2h'],
    [5400, '1h 30m'],
    [86_400, '1d'],
    [93_784, '1d 2h'],
    [45, '45s'],
    [0.9, '0s'],
    [-5, '0s'],
  ])('of %d seconds are its two largest units', (seconds, words) => {
    expect(formatDuration(seconds)).toBe(words);
  });

  it.each([
    [4325, '1h 12m 5s'],
    [7200, '2h'],
    [3605, '1h 5s'],
    [93_600, '26h'],
    [0, '0s'],
  ])('of %d seconds are exact to the second where it is money', (seconds, words) => {
    expect(formatExactDuration(seconds)).toBe(words);
  });
});
