import type { Refusal } from '../../core/refusal.ts';
import type { Store } from '../../core/store.ts';
import { isPrivateKey } from '../ssh-key.ts';

const verbs = {
  add: 'a public key that opens your sessions',
  list: 'your keys',
  remove: 'one of your keys',
} as const;
export type KeyVerb = keyof typeof verbs;

type Way = { text: string; hint: string };

/** What is to be done about keys. */
export const keyVerbArgument = {
  says: 'add, list or remove',
  example: 'add',
  parse(typed: string): { value: KeyVerb } | { refusal: Refusal } {
    const verb = typed.toLowerCase();
    if (verb === 'add' || verb === 'list' || verb === 'remove') return { value: verb };
    return { refusal: isPrivateKey(typed) ? { kind: 'private_key_shown' } : unknownVerb(typed) };
  },
  async suggest(): Promise<Way[]> {
    return Object.entries(verbs).map(([text, hint]) => ({ text, hint }));
  },
};

export function unknownVerb(typed: string): Refusal {
  const [word = ''] = typed.split(/\s/);
  return { kind: 'unknown_key_verb', typed: word.slice(0, 40) };
}

/** A key that is new, or what one of the person's own is called. */
export const keyArgument = {
  says: 'public key, or one of yours',
  example: 'ssh-ed25519 AAAA… you@laptop',
  // Before anything is done with it, so that no answer repeats what is secret.
  parse: (typed: string): { value: string } | { refusal: Refusal } =>
    isPrivateKey(typed) ? { refusal: { kind: 'private_key_shown' } } : { value: typed },
  async suggest(
    { store, personId }: { store: Store; personId: string },
    [verb]: readonly string[],
  ): Promise<Way[]> {
    if (verb?.toLowerCase() !== 'remove') return [];
    const own = await store.sshKeysOf(personId);
    return own.map(({ name, fingerprint }) => ({ text: name, hint: fingerprint }));
  },
};
