import type { Message, MessageAction, MessagePart, Text } from '../../core/message.ts';
import type { SshKeyView } from '../../core/view.ts';
import { code, strong } from './words.ts';

/** All of a person's keys, numbered as they can be removed. */
export function renderKeys(keys: readonly SshKeyView[]): Message {
  const title = 'Your SSH keys';
  if (keys.length === 0)
    return {
      title,
      tone: 'neutral',
      parts: [{ kind: 'text', text: ['None yet. ', ...howToAdd] }],
    };
  // A fingerprint is too long for a column of a table beside others.
  const fields = keys.map(({ name, publicKey, fingerprint, addedAt }, at) => ({
    name: `${at + 1}. ${name}`,
    value: [
      `${kindWords(publicKey)}, since ${addedAt.toISOString().slice(0, 10)}, `,
      code(fingerprint),
    ],
  }));
  return {
    title,
    tone: 'neutral',
    parts: [
      { kind: 'fields', fields },
      { kind: 'text', text: [code('/gpu key remove 1'), ' removes the first.'] },
    ],
  };
}

/** On a page with much else: a few of them, each with a button. */
export function keysParts(keys: readonly SshKeyView[], most: number): MessagePart[] {
  return [
    { kind: 'heading', text: 'SSH keys' },
    ...keys.slice(0, most).flatMap((key): MessagePart[] => [
      { kind: 'text', text: [strong(key.name), ' · ', code(key.fingerprint)] },
      { kind: 'actions', actions: [removeAction(key)] },
    ]),
    { kind: 'text', text: [...moreWords(keys.length - most), ...howToAdd] },
  ];
}

const howToAdd: Text = [
  code('/gpu key add ssh-ed25519 AAAA…'),
  ' adds one: the line in ',
  code('~/.ssh/id_ed25519.pub'),
  '.',
];

/** What somebody without a key has to know. */
export const noKeysWords: Text = ['SSH keys: none yet. ', ...howToAdd];

function moreWords(count: number): Text {
  return count <= 0 ? [] : [`And ${count} more: `, code('/gpu key list'), '. '];
}

function removeAction({ name, fingerprint }: SshKeyView): MessageAction {
  return {
    label: 'Remove',
    command: `key remove ${fingerprint}`,
    style: 'danger',
    confirm: `Remove the SSH key ${name}? Connections that are open stay until they end.`,
    asks: null,
    settles: false,
  };
}

/** `ed25519`, `ecdsa 256`, `rsa`; with where the private half is, if that is known. */
function kindWords(publicKey: string): string {
  const [type = ''] = publicKey.split(' ');
  const kind = type
    .replace(/^sk-|@openssh\.com$/g, '')
    .replace(/^ssh-/, '')
    .replace('ecdsa-sha2-nistp', 'ecdsa ');
  return type.startsWith('sk-') ? `${kind}, security key` : kind;
}
