import { readFileSync } from 'node:fs';
import type { SshKeyView } from '../../core/view.ts';
import { noon } from './world.ts';

/**
 * What ssh-keygen says of the keys in `test/fixtures/ssh-keys`, whose private halves are not kept.
 * Those of security keys are put together from the others, since making them takes such a thing.
 */
export const fingerprints = {
  ed25519: 'SHA256:E8w8OWFioM3ljvC9pQfce8JX/yvsdm6hRFLqKf/j1zs',
  'another-ed25519': 'SHA256:cnyRd0L5FpmbEq5ZNuhq2RITZFZDHEke+dUve4FAi4U',
  'ecdsa-256': 'SHA256:wB+fW2/yqH67+YYxqn8/BxuW/w6qfP1AKno0awERylw',
  'ecdsa-384': 'SHA256:GGzvdLF/dhrOI16MJjDimXEhc5q0RVNJuNSz2999Y8g',
  'ecdsa-521': 'SHA256:+Hju5yFdkzB4Pv9swR2+Iowcu0SAdDcc9xrVv2sw5RA',
  'rsa-2048': 'SHA256:vG1gj/zC92flhQcao3Xq5HCApUf+zcwocN++kadDFSM',
  'rsa-3072': 'SHA256:poEvx+0i0E0PQNCCKooZGWDxxPbBm6SUceY61otyZLM',
  'rsa-8192': 'SHA256:6+Ke+GfvheS7tWBCi8nTU6xzzWokF/wdhjmn4wZBjUs',
  'sk-ed25519': 'SHA256:wkGl8PfHwR5+Bza3dNiiD8Htd8KE0hyTuKYdDJTEOWA',
  'sk-ecdsa': 'SHA256:FzpqDXscLZk+iZLX2wGrmMYMry+j4yUj5dtcgYSJNF0',
} as const;

export type KeyName = keyof typeof fingerprints | 'rsa-1024' | 'dsa' | 'ed25519-cert';

/** The line of a `.pub` file. */
export function publicLine(name: KeyName): string {
  return readFileSync(new URL(`../fixtures/ssh-keys/${name}.pub`, import.meta.url), 'utf8').trim();
}

/** Its kind and the key, without the comment. */
export function bareKey(name: KeyName): string {
  return publicLine(name).split(' ').slice(0, 2).join(' ');
}

/** A key that no ssh-keygen made, as good as any: of as many people or machines as a test wants. */
export function madeUpLine(number: number, comment = `machine-${number}`): string {
  const [type = '', encoded = ''] = bareKey('ed25519').split(' ');
  const blob = Buffer.from(encoded, 'base64');
  blob.writeUInt32BE(number, blob.length - 4);
  return `${type} ${blob.toString('base64')} ${comment}`;
}

export function aKey(facts: Partial<SshKeyView> = {}): SshKeyView {
  return {
    id: 'key-1',
    name: 'bob@laptop',
    fingerprint: fingerprints.ed25519,
    publicKey: bareKey('ed25519'),
    addedAt: noon,
    ...facts,
  };
}
