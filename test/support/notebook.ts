import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';

type JupyterMessage = {
  msg_type: string;
  parent_header: { msg_id?: string };
  content: {
    data?: Record<string, string>;
    text?: string;
    evalue?: string;
    execution_state?: string;
  };
};

const limitMillis = 60_000;

/**
 * What a cell prints and gives back, run in a new kernel of the Jupyter under `base`, as JupyterLab
 * does it: a kernel by HTTP, its channels by WebSocket.
 */
export async function runCell(
  base: string,
  headers: Record<string, string>,
  code: string,
): Promise<string> {
  const origin = new URL(base).origin;
  const made = await fetch(`${base}api/kernels`, {
    method: 'POST',
    headers: { ...headers, Origin: origin, 'Content-Type': 'application/json' },
    body: '{}',
  });
  if (made.status !== 201) throw new Error(`${made.status}: ${await made.text()}`);
  const { id } = (await made.json()) as { id: string };
  const socket = new WebSocket(`${base.replace(/^http/, 'ws')}api/kernels/${id}/channels`, {
    headers: { ...headers, Origin: origin },
  });
  try {
    return await execute(socket, code);
  } finally {
    socket.close();
    await fetch(`${base}api/kernels/${id}`, { method: 'DELETE', headers });
  }
}

function execute(socket: WebSocket, code: string): Promise<string> {
  const messageId = randomUUID();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the cell did not end')), limitMillis);
    let said = '';
    const isOwn = ({ parent_header }: JupyterMessage) => parent_header.msg_id === messageId;
    socket.on('open', () => socket.send(JSON.stringify(requestOf(messageId, code))));
    socket.on('error', reject);
    socket.on('message', (bytes) => {
      const message = JSON.parse(String(bytes)) as JupyterMessage;
      if (!isOwn(message)) return;
      const { content, msg_type: type } = message;
      said += content.text ?? content.data?.['text/plain'] ?? '';
      if (type === 'error') reject(new Error(content.evalue));
      if (type !== 'status' || content.execution_state !== 'idle') return;
      clearTimeout(timer);
      resolve(said);
    });
  });
}

function requestOf(messageId: string, code: string) {
  return {
    header: {
      msg_id: messageId,
      msg_type: 'execute_request',
      username: 'test',
      session: randomUUID(),
      date: new Date().toISOString(),
      version: '5.3',
    },
    parent_header: {},
    metadata: {},
    content: { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false },
    channel: 'shell',
    buffers: [],
  };
}
