import { addSshKey, removeSshKey } from '../../core/actions/key.ts';
import { renderKeys } from '../render/key.ts';
import { code, sentence, strong } from '../render/words.ts';
import { parsePublicKey } from '../ssh-key.ts';
import { accepted, type CommandContext, command, refused } from './command.ts';
import { unknownVerb } from './key-words.ts';

const example = 'key add ssh-ed25519 AAAA… you@laptop';

export const key = command({
  name: 'key',
  forGuests: false,
  summary: 'Add a public key that opens your sessions by SSH, list your keys, or remove one.',
  arguments: [
    { name: 'what', kind: 'keyVerb', required: false },
    { name: 'key', kind: 'key', required: false },
  ],
  flags: [],
  examples: ['key list', 'key remove you@laptop', example],
  async run(context, { what, key: typed }) {
    // A key alone can only be meant to be added.
    const verb = what ?? (typed === undefined ? 'list' : 'add');
    if (what === undefined && typed !== undefined && !holdsKey(typed))
      return refused(unknownVerb(typed));
    if (verb === 'list' && typed === undefined) return list(context);
    if (verb === 'add' && typed !== undefined) return add(context, typed);
    if (verb === 'remove' && typed !== undefined) return remove(context, typed);
    return refused(
      typed === undefined ? missing(verb) : { ...notUnderstood, typed: typed.slice(0, 40) },
    );
  },
});

/** A word that stands where add, list or remove should is no key that was damaged on its way. */
function holdsKey(typed: string): boolean {
  const parsed = parsePublicKey(typed);
  const { refusal } = 'refusal' in parsed ? parsed : { refusal: null };
  return !(refusal?.kind === 'public_key_not_understood' && refusal.why === 'missing');
}

const notUnderstood = { kind: 'argument_not_understood', command: 'key', example } as const;

function missing(verb: 'add' | 'remove' | 'list') {
  const [argument, shown] =
    verb === 'add' ? ['public key', example] : ['name, fingerprint or number', 'key remove 1'];
  return { kind: 'argument_missing', command: `key ${verb}`, argument, example: shown } as const;
}

async function list({ store, actor }: CommandContext) {
  return accepted(renderKeys(await store.sshKeysOf(actor.personId)));
}

async function add({ store, actor, requestKey }: CommandContext, typed: string) {
  const parsed = parsePublicKey(typed);
  if ('refusal' in parsed) return refused(parsed.refusal);
  const outcome = await store.perform(addSshKey, { requestKey, actor, input: parsed.key });
  if (outcome.kind === 'refused') return refused(outcome.refusal);
  const { called, fingerprint } = outcome.result;
  return accepted(
    sentence(
      'good',
      strong(called),
      ' is added, ',
      code(fingerprint),
      '. It opens your sessions from now on, also those that run. ',
      code('/gpu ssh'),
      ' shows how to get in.',
    ),
  );
}

async function remove({ store, actor, requestKey }: CommandContext, named: string) {
  const outcome = await store.perform(removeSshKey, { requestKey, actor, input: { named } });
  if (outcome.kind === 'refused') return refused(outcome.refusal);
  const { called, fingerprint } = outcome.result;
  return accepted(
    sentence(
      'neutral',
      strong(called),
      ' is removed, ',
      code(fingerprint),
      '. It opens none of your sessions any more. Connections that are open stay until they end; ',
      code('/gpu stop'),
      ' ends a session with all of them. To undo it, add the key again.',
    ),
  );
}
