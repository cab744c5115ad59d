import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createActs } from './slack/acts.ts';
import { createCourier } from './slack/courier.ts';
import { createEvents, type RaiseEvent } from './slack/events.ts';
import { createIlls } from './slack/ills.ts';
import { readManifest } from './slack/manifest.ts';
import type { MethodContext } from './slack/method.ts';
import { takeUpload } from './slack/methods/files.ts';
import { createPresses } from './slack/presses.ts';
import { createPostCount } from './slack/rates.ts';
import { Refused } from './slack/refused.ts';
import { createRequests, verifyUrl } from './slack/requests.ts';
import { respond } from './slack/responses.ts';
import { createSetting } from './slack/setting.ts';
import { createSight } from './slack/sight.ts';
import { createSockets } from './slack/sockets.ts';
import { createTickets } from './slack/tickets.ts';
import { createTroubles } from './slack/trouble.ts';
import { createWebApi } from './slack/web-api.ts';
import { createWorkspace, type Workspace } from './slack/workspace.ts';

export type SlackServer = Awaited<ReturnType<typeof startSlackServer>>;
type Options = { manifest: object; strictRates?: boolean };

/**
 * A stand-in for Slack on loopback: the Web API, Socket Mode and signed HTTP, at least as strict as
 * the real one. Apps use it unmodified, with another address; tests act as the people.
 */
export async function startSlackServer({ manifest, strictRates = true }: Options) {
  const workspace = createWorkspace(readManifest(manifest));
  const { clock, tokens, bot, calls } = workspace;
  const ills = createIlls();
  const rates = { areStrict: strictRates };
  const server = createServer();
  await listen(server, 0);
  const { port } = portOf(server.address());
  const address = () => `http://127.0.0.1:${port}`;

  const sockets = createSockets(workspace, address);
  const isSocketMode = workspace.manifest.settings.socket_mode_enabled === true;
  const transport = isSocketMode ? sockets.transport : createRequests(workspace, ills);
  const courier = createCourier(workspace, ills, transport);
  const raise: RaiseEvent = createEvents(workspace, courier);
  const tickets = createTickets(workspace, address);
  const context: MethodContext = {
    workspace,
    tickets,
    raise,
    uploads: new Map(),
    address,
    newSocketUrl: sockets.newUrl,
    countPost: createPostCount(workspace, rates),
  };
  const webApi = createWebApi(context, ills);

  server.on('upgrade', sockets.upgrade);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const [, place, first = '', second = ''] = (request.url ?? '').split(/[/?]/);
    if (request.method !== 'POST') response.writeHead(405).end();
    else if (place === 'api') await webApi.serve(request, response, body.toString());
    else if (place === 'response') answerResponse(context, response, { id: first, body });
    else if (place === 'upload')
      await answerUpload(context, request, { response, id: second, body });
    else response.writeHead(404).end();
  }

  async function outage(isOn: boolean): Promise<void> {
    ills.isOut = isOn;
    if (!isOn) return listen(server, port);
    sockets.cut();
    await workspace.until(() => sockets.count() === 0);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  return {
    apiUrl: `${address()}/api/`,
    tokens,
    bot,
    calls,
    ...createSetting(workspace),
    ...createActs({ workspace, courier, tickets, raise }),
    ...createPresses({ workspace, courier, tickets, raise }),
    ...createSight(workspace),
    trouble: { ...createTroubles({ workspace, ills, sockets, raise }), outage },
    /** How many Socket Mode connections are open. */
    connections: sockets.count,
    get strictRates(): boolean {
      return rates.areStrict;
    },
    set strictRates(areStrict: boolean) {
      rates.areStrict = areStrict;
    },
    passTime: clock.passTime,
    until: workspace.until,
    quiet: courier.quiet,
    /** Changes every request URL of the manifest, which Slack takes only if the app is there. */
    async pointAt(url: string): Promise<void> {
      if (!(await verifyUrl(workspace, url)))
        throw new Error(`Slack refuses ${url}: it did not send the challenge back`);
      setUrls(workspace, url);
    },
    async close(): Promise<void> {
      clock.stop();
      sockets.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function setUrls({ manifest: { features, settings } }: Workspace, url: string): void {
  for (const command of features.slash_commands ?? []) command.url = url;
  if (settings.event_subscriptions) settings.event_subscriptions.request_url = url;
  if (settings.interactivity) settings.interactivity.request_url = url;
}

function answerResponse(
  { tickets, workspace }: MethodContext,
  response: ServerResponse,
  { id, body }: { id: string; body: Buffer },
): void {
  try {
    respond(workspace, tickets.useResponse(id), JSON.parse(body.toString()));
    response.end('ok');
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const status = error.code.endsWith('_url') ? 404 : 400;
    response.writeHead(status).end(JSON.stringify({ ok: false, error: error.code }));
  }
}

async function answerUpload(
  context: MethodContext,
  { headers }: IncomingMessage,
  { response, id, body }: { response: ServerResponse; id: string; body: Buffer },
): Promise<void> {
  try {
    await takeUpload(context, id, { body, contentType: String(headers['content-type']) });
    response.end(`OK - ${body.length}`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    response.writeHead(400).end(error.code);
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

function portOf(address: string | AddressInfo | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address;
}
