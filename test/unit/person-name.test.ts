import { expect, it } from 'vitest';
import { freeName } from '../../core/person-name.ts';

it.each([
  ['jane.doe', 'jane.doe'],
  ['Jane Doe', 'jane-doe'],
  ['Žofie', 'zofie'],
  ['-_x_-', 'x'],
  ['名前', 'member'],
  ['', 'member'],
  ['x'.repeat(60), 'x'.repeat(40)],
])('“%s” is called %s', (wanted, name) => {
  expect(freeName(wanted, new Set())).toBe(name);
});

it('a name that is taken, or means something in commands, gets the next free number', () => {
  const taken = new Set(['bob', 'bob-2', 'bob-4']);
  expect(['bob', 'BOB', 'team', 'Me'].map((wanted) => freeName(wanted, taken))).toEqual([
    'bob-3',
    'bob-3',
    'team-2',
    'me-2',
  ]);
});
