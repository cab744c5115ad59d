import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromJson, hashOf, toJson } from '../../db/codec.ts';

const times = fc.date({ noInvalidDate: true });
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.bigInt(),
    times,
    fc.string(),
    fc.boolean(),
    fc.integer(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z]\w{0,8}$/), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
}));

test('ticks and instants survive the way through JSON', () => {
  fc.assert(
    fc.property(value, (whole) => {
      expect(fromJson(JSON.parse(JSON.stringify(toJson(whole))))).toEqual(whole);
    }),
  );
});

test('the order of members does not change the hash, and any value does', () => {
  const at = new Date('2026-03-02T12:00:00Z');
  expect(hashOf({ a: 1n, b: [at, null] })).toBe(hashOf({ b: [at, null], a: 1n }));
  const others = [
    { a: 1, b: [at, null] },
    { a: 2n, b: [at, null] },
    { a: 1n, b: [null, at] },
    { a: 1n },
  ];
  for (const other of others) expect(hashOf(other)).not.toBe(hashOf({ a: 1n, b: [at, null] }));
});

test('a member that is undefined is a member that is absent', () => {
  expect(toJson({ a: undefined })).toEqual({});
  expect(hashOf({ a: undefined })).toBe(hashOf({}));
});
