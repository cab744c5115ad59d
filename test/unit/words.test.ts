import { describe, expect, it } from 'vitest';
import {
  areHeld,
  creditsOf,
  eitherOf,
  inCredits,
  plainText,
  priceWords,
  spansText,
} from '../../bot/render/words.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { noon } from '../support/world.ts';

describe('credits in words', () => {
  it.each([
    [20n * ticksPerCredit, '20 credits'],
    [ticksPerCredit, '1 credit'],
    [ticksPerCredit / 2n, '0.5 credits'],
    [10_000n, '0.00278 credits'],
    [0n, '0 credits'],
    [1234n * ticksPerCredit, '1,234 credits'],
    [(1999n * ticksPerCredit) / 1000n, '2 credits'],
  ])('of %d ticks are %s', (ticks, words) => {
    expect(inCredits(ticks)).toBe(words);
  });

  it('are held, and one is', () => {
    expect([2n, 1n].map((credits) => areHeld(credits * ticksPerCredit))).toEqual([
      '2 credits are held',
      '1 credit is held',
    ]);
  });

  it('have a sign where they are owed', () => {
    expect(creditsOf(-2n * ticksPerCredit)).toBe('-2');
  });

  it('are a price in an hour', () => {
    expect([priceWords(10_000n), priceWords(3500n)]).toEqual(['10', '3.5']);
  });
});

it('a choice is said as people say it', () => {
  expect([['a'], ['a', 'b'], ['a', 'b', 'c']].map(eitherOf)).toEqual(['a', 'a or b', 'a, b, or c']);
});

describe('a message as plain lines', () => {
  it.each([
    [7200, 'in 2h'],
    [-90, '1m 30s ago'],
  ])('says how far a time is where that was meant', (seconds, words) => {
    const at = new Date(Date.now() + seconds * 1000);
    expect(spansText([{ kind: 'time', at, style: 'relative' }])).toBe(words);
  });

  it('has everything but the buttons, times in UTC and tables in columns', () => {
    const text = plainText({
      title: 'Devices',
      tone: 'neutral',
      parts: [
        {
          kind: 'text',
          text: [
            'By ',
            { kind: 'mention', personId: 'p', name: 'bob' },
            ' at ',
            { kind: 'time', at: noon, style: 'clock' },
            ': ',
            { kind: 'strong', text: 'two' },
            { kind: 'code', text: '/gpu' },
            ' ',
            { kind: 'link', text: 'Open', url: 'http://x/' },
          ],
        },
        { kind: 'fields', fields: [{ name: 'Held', value: ['5 credits'] }] },
        {
          kind: 'table',
          columns: [
            { name: 'Type', align: 'left' },
            { name: 'Free', align: 'right' },
          ],
          rows: [['rtx4090', '1'], ['a100']],
        },
        { kind: 'code', text: 'one\ntwo' },
        { kind: 'progress', label: 'Pulling', fraction: 0.429 },
        { kind: 'progress', label: 'Waiting', fraction: null },
        {
          kind: 'actions',
          actions: [
            {
              label: 'Stop',
              command: 'stop x',
              style: 'danger',
              confirm: null,
              asks: null,
              settles: false,
            },
          ],
        },
      ],
    });
    expect(text.split('\n')).toEqual([
      'Devices',
      'By @bob at 2026-03-02 12:00 UTC: two/gpu Open http://x/',
      'Held: 5 credits',
      'Type     Free',
      'rtx4090     1',
      'a100',
      'one',
      'two',
      'Pulling, 42 %',
      'Waiting',
    ]);
  });

  it('has no empty line where there is no title', () => {
    expect(plainText({ title: null, tone: 'good', parts: [{ kind: 'text', text: ['x'] }] })).toBe(
      'x',
    );
  });
});
