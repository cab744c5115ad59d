import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

/** A status with what the engine says of it, text or a stream as it is, or anything else as JSON. */
export type EngineAnswer =
  | { status: number; message?: string }
  | string
  | Buffer
  | Readable
  | object;

export function sendAnswer(response: ServerResponse, answer: EngineAnswer): void {
  if (answer instanceof Readable) answer.pipe(response);
  else if (typeof answer === 'string' || Buffer.isBuffer(answer)) response.end(answer);
  else if ('status' in answer && typeof answer.status === 'number') {
    const { status, message = '' } = answer as { status: number; message?: string };
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(status === 304 || status === 204 ? '' : JSON.stringify({ message }));
  } else response.end(JSON.stringify(answer));
}

/** A piece of one stream as the engine frames it. */
export function frameOf(stream: 1 | 2, text: string): Buffer {
  const content = Buffer.from(text);
  const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(content.length, 4);
  return Buffer.concat([head, content]);
}
