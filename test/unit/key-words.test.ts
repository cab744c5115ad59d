import { describe, expect, it } from 'vitest';
import { keysParts, renderKeys } from '../../bot/render/key.ts';
import { renderRefusal } from '../../bot/render/refusal.ts';
import { plainText } from '../../bot/render/words.ts';
import type { PublicKeyFlaw, Refusal } from '../../core/refusal.ts';
import { aKey, bareKey, fingerprints } from '../support/keys.ts';

const words = (refusal: Refusal) => plainText(renderRefusal(refusal));

describe('why a key was not taken', () => {
  it.each<[PublicKeyFlaw, string]>([
    ['missing', 'the line in ~/.ssh/id_ed25519.pub'],
    ['path', 'npx gpu key add "$(cat ~/.ssh/id_ed25519.pub)"'],
    ['format', 'ssh-keygen -i -f key.pub'],
    ['options', 'leave them out'],
    ['damaged', 'Copy it again'],
    ['mismatch', 'Copy it again'],
    ['several', 'one key at a time'],
  ])('is said of what is %s, with a line as it should be', (why, says) => {
    const text = words({ kind: 'public_key_not_understood', why });
    expect(text).toContain(says);
    expect(text).toContain('/gpu key add ssh-ed25519 AAAA… you@laptop');
  });

  it.each<[Extract<Refusal, { kind: 'ssh_key_refused' }>['why'], string, string]>([
    ['certificate', 'ssh-ed25519-cert-v01@openssh.com', 'Add the key itself'],
    ['unknown', 'ssh-ed448', 'does not take keys of the kind ssh-ed448'],
  ])('is said of one that is of another kind: %s', (why, type, says) => {
    const text = words({ kind: 'ssh_key_refused', type, why });
    expect(text).toContain(says);
    expect(text).toContain('~/.ssh/id_ed25519.pub');
  });

  it('is said of a name that nobody gave, however long it is', () => {
    const unknown = { kind: 'unknown_ssh_key', typed: 'x'.repeat(500) } as const;
    const text = words({ ...unknown, known: ['desk', 'laptop'] });
    expect(text).toContain('There are desk and laptop');
    expect(text.length).toBeLessThan(200);
    expect(words({ ...unknown, known: [] })).toContain('/gpu key add');
  });
});

describe('the list of keys', () => {
  it('numbers them, with name, kind, fingerprint and day', () => {
    const token = aKey({ name: 'token', publicKey: bareKey('sk-ecdsa') });
    const text = plainText(renderKeys([aKey(), token, aKey({ publicKey: bareKey('rsa-2048') })]));
    const [, ...lines] = text.split('\n');
    expect(lines).toEqual([
      `1. bob@laptop: ed25519, since 2026-03-02, ${fingerprints.ed25519}`,
      `2. token: ecdsa 256, security key, since 2026-03-02, ${fingerprints.ed25519}`,
      `3. bob@laptop: rsa, since 2026-03-02, ${fingerprints.ed25519}`,
      '/gpu key remove 1 removes the first.',
    ]);
  });

  it('says how to add one where there is none', () => {
    expect(plainText(renderKeys([]))).toContain('/gpu key add ssh-ed25519 AAAA…');
  });
});

it('on a page has some of the keys, says how many more there are, and asks before one goes', () => {
  const keys = Array.from({ length: 7 }, (_, at) => aKey({ name: `machine-${at}` }));
  const parts = keysParts(keys, 5);
  const text = plainText({ title: null, tone: 'neutral', parts });
  expect(text).toContain('machine-4 · SHA256:');
  expect(text).not.toContain('machine-5');
  expect(text).toContain('And 2 more: /gpu key list.');
  const actions = parts.flatMap((part) => (part.kind === 'actions' ? part.actions : []));
  expect(actions).toHaveLength(5);
  expect(actions[0]).toMatchObject({
    command: `key remove ${fingerprints.ed25519}`,
    confirm: expect.stringContaining('machine-0'),
  });
});
