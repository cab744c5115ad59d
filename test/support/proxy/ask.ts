import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export type Answered = { status: number; headers: IncomingHttpHeaders; body: string };

export type Asked = {
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
};

/** One request on a connection of its own, sent as it is given. */
export function ask(port: number, path: string, asked: Asked = {}): Promise<Answered> {
  const { method = 'GET', headers = {}, body } = asked;
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const options = { host: '127.0.0.1', port, path, method, headers, agent: false };
  const sent = request(options, (answer) => {
    text(answer)
      .then((said) =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: said }),
      )
      .catch(reject);
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

/** Bytes as they are, and all that comes back until the other side closes. */
export function askRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  // A refusal may come, and the connection break, before all is written.
  let received = '';
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.on('close', () => resolve(received));
  socket.write(bytes, 'latin1');
  return promise;
}
