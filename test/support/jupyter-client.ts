import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';

export type JupyterClient = {
  /** What a cell prints, run in a kernel of its own. */
  execute(code: string): Promise<string>;
  /** What a terminal shows until it shows `until`. */
  typeInTerminal(line: string, until: RegExp): Promise<string>;
};

const limitMillis = 60_000;

/**
 * A session's Jupyter as its page uses it, over HTTP and WebSockets. `headers` say who asks.
 * `url` ends in a slash.
 */
export function createJupyterClient(url: string, headers: Record<string, string>): JupyterClient {
  const post = async (path: string) => {
    const response = await fetch(`${url}${path}`, { method: 'POST', headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json() as Promise<{ id: string; name: string }>;
  };
  const open = (path: string) => new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, { headers });
  const remove = async (path: string) => {
    await fetch(`${url}${path}`, { method: 'DELETE', headers });
  };
  return {
    async execute(code) {
      const { id } = await post('api/kernels');
      const socket = open(`api/kernels/${id}/channels?session_id=${randomUUID()}`);
      const request = requestFor(code);
      let printed = '';
      await conversation(socket, {
        begin: JSON.stringify(request),
        isOver(text) {
          const message = JSON.parse(text) as KernelMessage;
          if (message.parent_header.msg_id !== request.header.msg_id) return false;
          printed += message.content.text ?? message.content.traceback?.join('\n') ?? '';
          return message.content.execution_state === 'idle';
        },
      });
      await remove(`api/kernels/${id}`);
      return printed;
    },
    async typeInTerminal(line, until) {
      const { name } = await post('api/terminals');
      let shown = '';
      await conversation(open(`terminals/websocket/${name}`), {
        begin: JSON.stringify(['stdin', `${line}\r`]),
        isOver(text) {
          const [kind, piece] = JSON.parse(text) as [string, string];
          if (kind === 'stdout') shown += piece;
          return until.test(shown);
        },
      });
      await remove(`api/terminals/${name}`);
      return shown;
    },
  };
}

type KernelMessage = {
  parent_header: { msg_id?: string };
  content: { text?: string; traceback?: string[]; execution_state?: string };
};

/** Version 5.3 of Jupyter's messages, as JSON. */
function requestFor(code: string) {
  return {
    channel: 'shell',
    header: {
      msg_id: randomUUID(),
      msg_type: 'execute_request',
      username: '',
      session: randomUUID(),
      version: '5.3',
      date: new Date().toISOString(),
    },
    parent_header: {},
    metadata: {},
    content: {
      code,
      silent: false,
      store_history: false,
      user_expressions: {},
      allow_stdin: false,
    },
    buffers: [],
  };
}

function conversation(
  socket: WebSocket,
  { begin, isOver }: { begin: string; isOver(text: string): boolean },
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error('no end of the conversation')), limitMillis);
    socket.on('open', () => socket.send(begin));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the conversation was broken off')));
    socket.on('message', (message) => {
      if (!isOver(String(message))) return;
      clearTimeout(limit);
      resolve();
    });
  }).finally(() => socket.terminate());
}
