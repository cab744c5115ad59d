import { expect, it } from 'vitest';
import { createSignatures } from '../../adapters/proxy/signatures.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { closeAfterEach, signingKey } from '../support/proxy/stage.ts';

closeAfterEach();

const noon = new Date('2026-05-04T12:00:00Z');

it.each([
  ['link', 600],
  ['cookie', 7 * 24 * 3600],
  ['holder', 7 * 24 * 3600],
] as const)('a %s is signed for so many seconds', async (use, seconds) => {
  const signatures = createSignatures(signingKey, createFakeClock(noon));
  const holding = { sessionId: 'of-a-session', name: 'brave-otter', holderId: 'bob' };
  const pass = await signatures.read(use, await signatures.signed(use, 'an-id', holding));
  expect(pass).toEqual({
    id: 'an-id',
    ...holding,
    validUntil: new Date(noon.getTime() + seconds * 1000),
  });
});

it('what was signed for one use is read for no other, also when it was read before', async () => {
  const signatures = createSignatures(signingKey, createFakeClock(noon));
  const holding = { sessionId: 'of-a-session', name: 'brave-otter', holderId: 'bob' };
  const uses = ['link', 'cookie', 'holder'] as const;
  for (const use of uses) {
    const text = await signatures.signed(use, 'an-id', holding);
    const read = [];
    for (const other of [use, ...uses]) read.push((await signatures.read(other, text)) !== null);
    expect(read).toEqual([true, ...uses.map((other) => other === use)]);
  }
});

it('a signature of 2,048 characters is read, and a longer one is not', async () => {
  const signatures = createSignatures(signingKey, createFakeClock(noon));
  const lengthOf = async (padding: number) => {
    const holding = { sessionId: 'x'.repeat(padding), name: 'brave-otter', holderId: 'bob' };
    const text = await signatures.signed('cookie', 'an-id', holding);
    return { length: text.length, isRead: (await signatures.read('cookie', text)) !== null };
  };
  const all = await Promise.all(Array.from({ length: 100 }, (_, at) => lengthOf(1300 + at)));
  expect(all.filter(({ length }) => length <= 2048).every(({ isRead }) => isRead)).toBe(true);
  expect(all.filter(({ length }) => length > 2048).some(({ isRead }) => isRead)).toBe(false);
  expect(all.map(({ length }) => length)).toContain(2048);
});
