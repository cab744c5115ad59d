import { accept, action, type Decision, refuse } from '../action.ts';
import { assert } from '../assert.ts';
import type { SshKeyView } from '../view.ts';

/** What a public key is once it was understood. */
export type NewSshKey = Pick<SshKeyView, 'name' | 'fingerprint' | 'publicKey'>;
/** What it is called, and by what it is told from all others. */
type NamedKey = { called: string; fingerprint: string };

/** More than anybody has machines. */
const mostKeys = 20;

/** Whoever has the private half gets into every session of this person, also those that run. */
export const addSshKey = action({
  name: 'add_ssh_key',
  needs: ({ fingerprint }: NewSshKey, { actor }) => {
    assert(actor.kind === 'person', 'people have keys');
    return { sshKeys: { personId: actor.personId, adding: fingerprint } };
  },
  decide: ({ sshKeys }, added: NewSshKey, { actor, now, newId }): Decision<NamedKey> => {
    assert(actor.kind === 'person', 'people have keys');
    const { own, elsewhere } = sshKeys;
    const { fingerprint, publicKey } = added;
    const known = own.find((key) => key.fingerprint === fingerprint);
    if (known) return refuse({ kind: 'ssh_key_known', name: known.name });
    // Who shares a private half gets into the other's sessions, and nobody can tell the two apart.
    if (elsewhere !== null) return refuse({ kind: 'ssh_key_of_another', person: elsewhere });
    if (own.length >= mostKeys) return refuse({ kind: 'too_many_ssh_keys', limit: mostKeys });
    const name = freeName(added.name, new Set(own.map((key) => key.name.toLowerCase())));
    const key = { id: newId(), name, fingerprint, publicKey, addedAt: now };
    return accept(
      { called: name, fingerprint },
      { kind: 'add_ssh_key', personId: actor.personId, key },
    );
  },
});

/**
 * Removes one of the person's own keys. Which one is decided under the lock and kept with the
 * outcome: a number in the list means another key as soon as it is done.
 */
export const removeSshKey = action({
  name: 'remove_ssh_key',
  needs: (_input: { named: string }, { actor }) => {
    assert(actor.kind === 'person', 'people have keys');
    return { sshKeys: { personId: actor.personId, adding: null } };
  },
  decide: ({ sshKeys: { own } }, { named }, { actor }): Decision<NamedKey> => {
    assert(actor.kind === 'person', 'people have keys');
    const key = keyNamed(own, named);
    if (key === null) {
      const known = own.map(({ name }) => name);
      return refuse({ kind: 'unknown_ssh_key', typed: named, known });
    }
    const { id: keyId, name, fingerprint } = key;
    const { personId } = actor;
    return accept({ called: name, fingerprint }, { kind: 'remove_ssh_key', personId, keyId });
  },
});

/** By its fingerprint, its name, or its number in the list, which begins with 1. */
function keyNamed<Key extends NamedOne>(keys: readonly Key[], named: string): Key | null {
  const typed = named.trim();
  const lower = typed.toLowerCase();
  const [, number] = /^#?(\d{1,3})$/.exec(typed) ?? [];
  const found =
    keys.find(({ fingerprint }) => [fingerprint, fingerprint.slice(7)].includes(typed)) ??
    keys.find(({ name }) => name.toLowerCase() === lower) ??
    (number === undefined ? undefined : keys[Number(number) - 1]);
  return found ?? null;
}
type NamedOne = { name: string; fingerprint: string };

/** Two machines may well give their keys one comment. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${name} ${count}`;
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
}
