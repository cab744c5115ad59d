import { randomUUIDv7 } from 'node:crypto';
import { expect, test } from 'vitest';
import { candidateNames } from '../../core/session-name.ts';

test('a name is two lower-case words', () => {
  for (let i = 0; i < 500; i += 1)
    for (const name of candidateNames(randomUUIDv7()).slice(0, -1))
      expect(name).toMatch(/^[a-z]{2,9}-[a-z]{2,9}$/);
});

test('the same id has the same names, all different', () => {
  const id = randomUUIDv7();
  expect(candidateNames(id)).toEqual(candidateNames(id));
  expect(new Set(candidateNames(id)).size).toBe(9);
});

test('names are spread over thousands of pairs, also for ids of one millisecond', () => {
  const first = Array.from({ length: 2000 }, () => candidateNames(randomUUIDv7())[0]);
  expect(new Set(first).size).toBeGreaterThan(1850);
});

test('the last resort has digits of the id in it', () => {
  const id = '01900000-0000-7000-8000-0000000abcde';
  expect(candidateNames(id).at(-1)).toMatch(/^[a-z]+-[a-z]+-0abcde$/);
});
