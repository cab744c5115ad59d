import { assert } from '../../core/assert.ts';
import type { Message, MessagePart, Text } from '../../core/message.ts';
import type { SessionView } from '../../core/view.ts';
import { clock, code } from './words.ts';

/** For the holder's eyes alone: how to get in. */
export function renderReady(session: SessionView, link: string): Message {
  const { name, until } = session;
  const end: Text = until ? [', at ', clock(until), '.'] : ['.'];
  return {
    title: `${name} is ready`,
    tone: 'good',
    parts: [
      { kind: 'text', text: [{ kind: 'link', text: 'Open JupyterLab', url: link }] },
      ...sshParts(session),
      { kind: 'text', text: ['Only you see this. It ends with the session', ...end] },
    ],
  };
}

/** The same for a terminal or an editor. */
export function renderSsh(session: SessionView): Message {
  assert(session.ssh, 'a session without SSH is refused before');
  return { title: `SSH into ${session.name}`, tone: 'good', parts: sshParts(session) };
}

/** Where files are, in the image. */
const home = '/workspace';
const user = 'dibs';

function sshParts({ name, host, ssh, keyIds }: SessionView): MessagePart[] {
  if (ssh === null) return [];
  if (keyIds === null || keyIds.length === 0)
    return [
      {
        kind: 'text',
        text: [
          'For SSH and VS Code, add your public key once: ',
          code('/gpu key add ssh-ed25519 AAAA…'),
          ', which is the line in ',
          code('~/.ssh/id_ed25519.pub'),
          '.',
        ],
      },
    ];
  const editor = `vscode://vscode-remote/ssh-remote+${user}@${ssh.host}:${ssh.port}${home}`;
  return [
    {
      kind: 'text',
      text: [
        'SSH: ',
        code(`ssh -p ${ssh.port} ${user}@${ssh.host}`),
        ' · ',
        { kind: 'link', text: 'Open in VS Code', url: editor },
      ],
    },
    {
      kind: 'text',
      text: ['For ', code('~/.ssh/config'), ', and then ', code(`ssh ${name}`), ':'],
    },
    sshConfigPart({ name, host, ssh }),
    {
      kind: 'text',
      text: ['Long jobs outlive the connection in ', code('tmux new -A -s main'), '.'],
    },
  ];
}

/** What `~/.ssh/config` takes. The key of the volume is the same under each new port. */
export function sshConfigPart({ name, host, ssh }: SshPlace): MessagePart {
  const lines = [
    `Host ${name}`,
    `  HostName ${ssh.host}`,
    `  Port ${ssh.port}`,
    `  User ${user}`,
    `  HostKeyAlias dibs-${host}`,
  ];
  return { kind: 'code', text: lines.join('\n') };
}

type SshPlace = Pick<SessionView, 'name' | 'host'> & { ssh: NonNullable<SessionView['ssh']> };
