import { describe, expect, it } from 'vitest';
import { parseDevices } from '../../bot/commands/devices-words.ts';
import { wordsOf } from '../../bot/commands/parse.ts';

const start = ['start', 'a100', '2h'];

describe('what was typed', () => {
  it.each([
    'start a100 2h',
    '  start   a100\t2h ',
    '/gpu start a100 2h',
    'gpu start a100 2h',
    '/GPU start a100 2h',
    'start "a100" 2h',
    'start “a100” 2h',
    'start „a100“ ‘2h’',
    "start 'a100 2h'",
    'start a100 2 h',
  ])('is the same words in “%s”', (text) => {
    expect(wordsOf(text)).toEqual(start);
  });

  it('is nothing where there is only the command’s own name', () => {
    expect(['', ' ', '/gpu', 'gpu '].map(wordsOf)).toEqual([[], [], [], []]);
  });

  it('keeps words that only begin like the command', () => {
    expect(wordsOf('gpus')).toEqual(['gpus']);
  });

  it.each([
    ['start a100 2 hours', '2hours'],
    ['start a100 1h 30m', '1h30m'],
    ['start a100 1 hour 30 minutes', '1hour30minutes'],
    ['start a100 1 hour and 30 min', '1hour30min'],
    ['start a100 1d 2h 30m', '1d2h30m'],
    ['start a100 1,5 h', '1,5h'],
  ])('has one duration in “%s”', (text, duration) => {
    expect(wordsOf(text)).toEqual(['start', 'a100', duration]);
  });

  it.each([
    ['start l40s 2h', 'l40s'],
    ['start a10g 2h', 'a10g'],
    ['start a100-80gb 2h', 'a100-80gb'],
    ['start rtx4090 2h', 'rtx4090'],
    ['start a100 x2 2h', 'a100x2'],
    ['start a100 ×2 2h', 'a100×2'],
  ])('leaves the device in “%s” apart from the duration', (text, device) => {
    expect(wordsOf(text)).toEqual(['start', device, '2h']);
  });

  it('leaves a session’s name apart from the duration, also one that ends like a duration', () => {
    expect(wordsOf('extend brave-otter-12345d 30m')).toEqual([
      'extend',
      'brave-otter-12345d',
      '30m',
    ]);
  });

  it.each(['—now', '–now', '--now'])(
    'has a flag in “%s”, whatever the keyboard made of it',
    (typed) => {
      expect(wordsOf(`start a100 2h ${typed}`)).toEqual([...start, '--now']);
    },
  );
});

describe('devices', () => {
  it.each([
    ['a100', 'a100', 1],
    ['A100', 'a100', 1],
    ['a100x2', 'a100', 2],
    ['a100×2', 'a100', 2],
    ['a100-80gbx8', 'a100-80gb', 8],
    ['rtx4090', 'rtx4090', 1],
    ['rtx4090x2', 'rtx4090', 2],
    ['gpux2', 'any', 2],
    ['a100x0', 'a100x0', 1],
    ['cpu', 'cpu', 1],
  ])('in “%s” are of type %s, and %d', (typed, deviceType, deviceCount) => {
    expect(parseDevices(typed)).toEqual({ deviceType, deviceCount });
  });
});
