import { unreachable } from '../../core/assert.ts';
import type { Text } from '../../core/message.ts';
import type { PublicKeyFlaw, Refusal } from '../../core/refusal.ts';
import { code, nearest, thereAre } from './words.ts';

type RefusalOf<K extends Refusal['kind']> = Extract<Refusal, { kind: K }>;

/** The words of those refusals that are about SSH keys. */
export const keyRefusals = {
  private_key_shown: () => [
    'That is the private half of a key. It has been seen here, so it is no longer safe: make a new ',
    'one with ',
    code('ssh-keygen -t ed25519'),
    ', take the old one out of wherever it opens something, and add the line in ',
    code('~/.ssh/id_ed25519.pub'),
    '.',
  ],
  unknown_key_verb: ({ typed }) => [
    `There is no “key ${typed}”, only add, list or remove: `,
    code('/gpu key list'),
    ', or ',
    example,
  ],
  public_key_not_understood: ({ why }) => [...flawWords(why), ' It is one line, such as ', example],
  ssh_key_refused: ({ type, why }) => [
    ...{
      certificate: [`That is a certificate (${type}). Add the key itself: the line in `, pub, '.'],
      weak: [`That key is of a weak kind (${type}).`, ...makeOne],
      unknown: [`Dibs does not take keys of the kind ${type}.`, ...makeOne],
    }[why],
  ],
  ssh_key_known: ({ name }) => [
    `You have that key already: ${name}. `,
    code('/gpu key list'),
    ' shows all of yours.',
  ],
  ssh_key_of_another: ({ person }) => [
    `${person} has added that key. Who shares a key gets into the other’s sessions, and nobody can `,
    'tell the two apart. Make one of your own with ',
    code('ssh-keygen -t ed25519'),
    `; or, if it is yours alone, ask ${person} to remove it.`,
  ],
  too_many_ssh_keys: ({ limit }) => [
    `You have ${limit} keys already, and there are no more. Remove one first: `,
    code('/gpu key remove'),
  ],
  unknown_ssh_key: ({ typed, known }) => unknownKey(typed, known),
} satisfies { [K in Refusal['kind']]?: (refusal: RefusalOf<K>) => Text };

const example = code('/gpu key add ssh-ed25519 AAAA… you@laptop');
const pub = code('~/.ssh/id_ed25519.pub');
const makeOne: Text = [
  ' Make another one with ',
  code('ssh-keygen -t ed25519'),
  ', and add the line in ',
  pub,
  '.',
];

function flawWords(why: PublicKeyFlaw): Text {
  switch (why) {
    case 'missing':
      return ['There is no public key in that: it is the line in ', pub, '.'];
    case 'path':
      return [
        'That is where the key is, and it is what stands in there that is needed. In a terminal: ',
        code('npx gpu key add "$(cat ~/.ssh/id_ed25519.pub)"'),
        '.',
      ];
    case 'format':
      return [
        'That key is in the format of another program. Of PuTTYgen, take the line under “Public key ',
        'for pasting”; else ',
        code('ssh-keygen -i -f key.pub'),
        ' shows the line.',
      ];
    case 'options':
      return ['Something stands before the key. Options do not apply here: leave them out.'];
    case 'damaged':
      return ['That key is cut off, or was changed on its way. Copy it again, as a whole.'];
    case 'mismatch':
      return ['That key says that it is of another kind than it is. Copy it again, as a whole.'];
    case 'several':
      return ['That is more than one line. Add one key at a time.'];
    default:
      return unreachable(why);
  }
}

function unknownKey(typed: string, known: readonly string[]): Text {
  // Somebody may have put a whole line there.
  const short = typed.length > 60 ? `${typed.slice(0, 59)}…` : typed;
  const lead = `You have no key “${short}”. `;
  if (known.length === 0) return [lead, 'You have none yet: ', example];
  const meant = nearest(typed, known);
  return meant
    ? [lead, 'Did you mean ', code(meant), '?']
    : [lead, `${thereAre(known)}; `, code('/gpu key list'), ' numbers them.'];
}
