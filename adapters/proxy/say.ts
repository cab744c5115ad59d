import { randomBytes } from 'node:crypto';
import {
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';

import { policyFor, renderPage } from './page.ts';
import type { Said } from './said.ts';

/** Answers a request in our own name: with a page where one is shown, else in JSON as Jupyter does. */
export async function say(req: IncomingMessage, res: ServerResponse, said: Said): Promise<void> {
  const nonce = randomBytes(16).toString('base64');
  const isPage = isNavigation(req);
  const body = isPage
    ? await renderPage(said, nonce)
    : `${JSON.stringify({ message: sentencesOf(said) })}\n`;
  if (res.headersSent || res.destroyed) return;
  const type = isPage ? 'text/html' : 'application/json';
  res.writeHead(said.status, {
    ...ownHeaders,
    'content-type': `${type}; charset=utf-8`,
    'content-length': String(Buffer.byteLength(body)),
    'content-security-policy': policyFor(nonce),
    ...(said.retrySeconds === null ? {} : { 'retry-after': String(said.retrySeconds) }),
    // What is left of a body is not waited for.
    ...(req.complete ? {} : { connection: 'close' }),
  });
  res.end(req.method === 'HEAD' ? '' : body);
}

/** Leads on, with our cookies where there are any. Always by GET. */
export function lead(res: ServerResponse, to: string, headers: OutgoingHttpHeaders): void {
  res.writeHead(303, {
    ...ownHeaders,
    location: to,
    'content-length': '0',
    ...headers,
  });
  res.end();
}

/** Answers an upgrade that we do not make. */
export function sayRaw(socket: Duplex, said: Said): void {
  if (socket.destroyed) return;
  const body = `${sentencesOf(said)}\n`;
  const lines = [
    `HTTP/1.1 ${said.status} ${STATUS_CODES[said.status] ?? ''}`,
    'connection: close',
    'cache-control: no-store',
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

export function isNavigation(req: IncomingMessage): boolean {
  const mode = req.headers['sec-fetch-mode'];
  if (mode !== undefined) return mode === 'navigate';
  return req.headers.accept?.includes('text/html') ?? false;
}

function sentencesOf({ title, text, type }: Said): string {
  return [`${title}.`, ...text, ...(type === null ? [] : [type])].join(' ');
}

/** With `no-referrer` the browser would hide where our own form comes from. */
const ownHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'strict-origin',
  'x-content-type-options': 'nosniff',
};
