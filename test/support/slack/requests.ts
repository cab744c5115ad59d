import { createHmac } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import type { Ack, Payload, Retry, Sent, Transport } from './courier.ts';
import { createIlls, type Ills } from './ills.ts';
import { limits } from './limits.ts';
import type { Workspace } from './workspace.ts';

type Letter = { url: string; body: string; headers: Record<string, string> };

/** Signed HTTP: docs.slack.dev/authentication/verifying-requests-from-slack. */
export function createRequests(workspace: Workspace, ills: Ills): Transport {
  const { clock, manifest, tokens } = workspace;

  function write(payload: Payload, retry: Retry | null): Letter {
    const body = bodyOf(payload);
    const type = payload.kind === 'events_api' ? 'json' : 'x-www-form-urlencoded';
    const seconds = Math.floor(clock.now() / 1000) - ills.backdatedSeconds;
    const mac = createHmac('sha256', tokens.signingSecret).update(`v0:${seconds}:${body}`);
    const headers = {
      'content-type': `application/${type}`,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-signature': `v0=${mac.digest('hex')}`,
      'x-slack-request-timestamp': String(seconds),
      ...(retry
        ? { 'x-slack-retry-num': String(retry.attempt), 'x-slack-retry-reason': retry.reason }
        : {}),
    };
    return { url: urlFor(payload), body, headers };
  }

  /** Commands have URLs of their own; the manifest was refused where one is missing. */
  function urlFor({ kind, body }: Payload): string {
    const { features, settings } = manifest;
    const command = features.slash_commands?.find((one) => one.command === body['command']);
    const urls = {
      slash_commands: command?.url,
      interactive: settings.interactivity?.request_url,
      events_api: settings.event_subscriptions?.request_url,
    };
    return urls[kind] ?? '';
  }

  function post(letter: Letter): Sent {
    const ending = new AbortController();
    const callOff = clock.after(limits.ack.millis, () => ending.abort());
    const ack = exchange(letter, ending.signal).finally(callOff);
    return { ack, again: () => post(letter) };
  }

  return { send: (payload, retry) => post(write(payload, retry)) };
}

function bodyOf({ kind, body }: Payload): string {
  if (kind === 'events_api') return JSON.stringify(body);
  if (kind === 'interactive') return `payload=${encodeURIComponent(JSON.stringify(body))}`;
  return new URLSearchParams(
    Object.entries(body).map(([name, value]) => [name, String(value)]),
  ).toString();
}

/** Resolves whatever happens; nothing but a 200 counts as acknowledged. */
function exchange({ url, body, headers }: Letter, signal: AbortSignal): Promise<Ack> {
  const { promise, resolve } = Promise.withResolvers<Ack>();
  const fail = () =>
    resolve({
      isAcked: false,
      reason: signal.aborted ? 'http_timeout' : 'connection_failed',
      isFinal: false,
    });
  const sent = request(url, { method: 'POST', headers, signal, agent: false }, (answer) => {
    readAll(answer).then((text) => resolve(ackFor(answer, text)), fail);
  });
  sent.on('error', fail);
  sent.end(body);
  return promise;
}

async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function ackFor({ statusCode, headers }: IncomingMessage, text: string): Ack {
  const isFinal = headers['x-slack-no-retry'] === '1';
  if (statusCode !== 200) return { isAcked: false, reason: 'http_error', isFinal };
  const isJson = String(headers['content-type']).includes('json');
  if (text === '') return { isAcked: true, response: null };
  return { isAcked: true, response: isJson ? JSON.parse(text) : { text } };
}

/** What Slack asks before it takes a URL: the app must send the challenge back. */
export async function verifyUrl(workspace: Workspace, url: string): Promise<boolean> {
  const body = {
    token: 'verification',
    challenge: workspace.newId('challenge'),
    type: 'url_verification',
  };
  const manifest = structuredClone(workspace.manifest);
  manifest.settings.event_subscriptions = { request_url: url };
  const { send } = createRequests({ ...workspace, manifest }, createIlls());
  const ack = await send({ kind: 'events_api', body }, null).ack;
  const response = ack.isAcked ? ack.response : null;
  return JSON.stringify(response).includes(body.challenge);
}
