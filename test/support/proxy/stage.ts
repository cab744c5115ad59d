import { randomUUID } from 'node:crypto';
import { afterEach } from 'vitest';
import { createProxy, type ProxySettings } from '../../../adapters/proxy/proxy.ts';
import { newId } from '../../../adapters/system/new-id.ts';
import type { Route } from '../../../core/access.ts';
import type { Log } from '../../../core/ports.ts';
import { secretOf } from '../../../core/secret.ts';
import { createJumpingClock } from '../jumping-clock.ts';
import { type Answered, type Asked, ask } from './ask.ts';
import { startCrookedServer } from './crooked-server.ts';
import { createRecord } from './record.ts';
import { startStandInJupyter } from './stand-in-jupyter.ts';

export const publicHost = 'gpu.example.org';
export const signingKey = secretOf('a signing key for tests, of some length');

export type ProxyStage = Awaited<ReturnType<typeof stageProxy>>;

const closers: (() => Promise<unknown>)[] = [];

/** To be called once in a file: what its tests opened is closed after each. */
export function closeAfterEach(): void {
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
}

/** A proxy for `http://gpu.example.org`, on a port of this machine, with a running session of bob's. */
export async function stageProxy(settings: Partial<ProxySettings> = {}) {
  const clock = createJumpingClock();
  const record = createRecord();
  const { log, lines } = createKeptLog();
  const publicUrl = new URL(`http://${publicHost}`);
  const chosen = { publicUrl, port: 0, bind: '127.0.0.1', subdomains: false, tls: null };
  const proxy = createProxy(
    { ...chosen, signingKey, ...settings },
    { routes: record, clock, newId, log },
  );
  const { port } = await proxy.listen();
  closers.push(() => proxy.close());
  const otter = await openSession('brave-otter', 'bob');

  /** A session with a server of its own. */
  async function openSession(name: string, holderId: string) {
    const jupyter = await startStandInJupyter();
    closers.push(() => jupyter.die());
    const route: Route = {
      sessionId: randomUUID(),
      name,
      holderId,
      url: `${jupyter.origin}/s/${name}/`,
      token: `token-of-${name}-${randomUUID()}`,
    };
    record.open(route);
    return { jupyter, route };
  }

  /** Puts a server that need not speak HTTP in the place of brave-otter's. */
  async function serveRaw(treat: Parameters<typeof startCrookedServer>[0]): Promise<void> {
    const server = await startCrookedServer(treat);
    closers.push(server.close);
    record.open({ ...otter.route, url: `${server.origin}/s/brave-otter/` });
    clock.jump(2);
  }

  const get = (path: string, asked: Asked = {}): Promise<Answered> =>
    ask(port, path, { ...asked, headers: { host: publicHost, ...asked.headers } });

  async function linkTo(route: Route): Promise<string> {
    return new URL(await proxy.access.linkTo(route)).pathname;
  }

  /** The cookie that its holder's browser has after following a link. */
  async function cookieOf(route: Route): Promise<string> {
    const { headers } = await get(await linkTo(route), { method: 'POST' });
    return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  }

  const asked = { get, linkTo, cookieOf };
  return { proxy, port, clock, record, lines, openSession, serveRaw, ...asked, ...otter };
}

/** Every line that was logged, as it would be written. */
function createKeptLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const keep = (text: string, fields?: { error?: unknown }) => {
    const error = fields?.error instanceof Error ? fields.error.stack : fields?.error;
    lines.push(JSON.stringify({ text, ...fields, error }));
  };
  return { log: { debug: keep, info: keep, warn: keep, error: keep }, lines };
}
