import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';
import { createAbsentSpawner } from '../adapters/absent/spawner.ts';
import type { Proxy as SessionProxy } from '../adapters/proxy/proxy.ts';
import type { Slack, SlackDeps } from '../adapters/slack/slack.ts';
import { createSystemClock } from '../adapters/system/clock.ts';
import { createLog } from '../adapters/system/log.ts';
import { newId } from '../adapters/system/new-id.ts';
import { createApiRoutes } from '../adapters/web/api.ts';
import { createFrontPage } from '../adapters/web/front.ts';
import { onlyLoopback } from '../adapters/web/guard.ts';
import { createListenerRoute } from '../adapters/web/listener.ts';
import { listen } from '../adapters/web/server.ts';
import type { Channel } from '../core/entity.ts';
import type { Platform } from '../core/message.ts';
import type { Chat, Clock, Log, Spawner } from '../core/ports.ts';
import type { SetUp, Store } from '../core/store.ts';
import { openPglite, openPostgres } from '../db/database.ts';
import { createStore } from '../db/store.ts';
import { directAccess } from './access.ts';
import { allowanceSource } from './allowances.ts';
import { createApi } from './api.ts';
import { imagesOf } from './catalogue.ts';
import { type Config, ConfigMistakes, loadConfig } from './config.ts';
import { policyOf, simulatedHosts, teamsOf } from './defaults.ts';
import { engineAt } from './engine-at.ts';
import { createCommands } from './handle.ts';
import { createActivityLoop } from './loops/activity.ts';
import { createLoops } from './loops/all.ts';
import { createInboxLoop } from './loops/inbox.ts';
import type { Loop } from './loops/loop.ts';
import { createMembersLoop } from './loops/members.ts';
import { loginFor as loginOf } from './registry-login.ts';
import { hasGroups, namedOn, setUpSite, siteOf } from './site.ts';

export type Dibs = {
  url: string;
  /** What people should know of where their sessions run. */
  fleet: string;
  store: Store;
  /** Ends the loops, lets steps under way finish or give up, and closes everything. */
  stop(): Promise<void>;
};

/** Puts everything together and starts it. */
export async function startDibs(
  config: Config,
  log: Log = createLog(config.logLevel),
  clock: Clock = createSystemClock(),
): Promise<Dibs> {
  const policy = policyOf(config);
  const newSecret = () => randomBytes(24).toString('base64url');
  const database =
    config.databaseUrl === null
      ? await openPglite(join(config.dataFolder, 'pglite'))
      : await openPostgres(config.databaseUrl);
  const store = createStore(database, { clock, newId, newSecret, policy });

  const app = new Hono();
  app.onError((error, context) => {
    log.error('a request failed', { error, path: context.req.path });
    const text = 'Something went wrong on our side. The log has it.';
    return context.json({ ok: false, text }, 500);
  });
  let origin = '';
  const fleet = await createFleet(config, { clock, app, origin: () => origin });
  const setUp = await setUpSite(store, config, fleet);
  const chats = new Map<Platform, Chat>();
  const proxy = await openProxy(config, { setUp, store, clock, log });
  const access = proxy?.access ?? directAccess;
  const deps = { store, clock, newId, newSecret, log, policy, chats, access };
  const spawnerOf = ({ name, configured }: { name: string; configured: boolean }) =>
    configured ? fleet.spawner(name, setUp.installationId) : createAbsentSpawner(name);
  const allowances = allowanceSource(teamsOf(config), () => store.payees());
  const loops = createLoops({ ...deps, spawnerOf, allowances }, setUp.hosts);
  const commands = createCommands({ ...deps, images: imagesOf(config), wake: loops.wake });
  const channel = consoleChannel(config, setUp);
  const inbox = createInboxLoop({ ...deps, commands });
  const slack = await openSlack(config, app, { ...deps, commands, inbox: inbox.inbox });
  if (slack) chats.set('slack', slack.chat);
  const members = await followGroups(config, fleet, deps);
  const api = createApi({ ...deps, commands, channel });
  app.route('/', createApiRoutes(api, { trustsPersonHeader: config.console }));
  if (config.console) {
    const { createConsole } = await import('../adapters/console/console.ts');
    const people = peopleOf(config);
    const trial = createConsole({
      commands,
      board: () => store.board(),
      people: () => people,
      channel: channel.channel,
      clock,
      log,
      simulated: fleet.simulated,
    });
    chats.set('console', trial.chat);
    app.use('/', onlyLoopback);
    app.use('/console/*', onlyLoopback);
    app.route('/', trial.app);
  } else app.route('/', createFrontPage());
  const server = await listen(app, config, log);
  await proxy?.listen();
  origin = `http://localhost:${server.port}`;
  const ending = new AbortController();
  const running = Promise.all(
    [loops, slack && inbox.loop, slack, members, proxy?.loop].map((part) =>
      part?.run(ending.signal),
    ),
  );
  return {
    url: origin,
    fleet: fleet.words,
    store,
    async stop() {
      ending.abort();
      await Promise.all([server.close(), proxy?.close()]);
      await running;
      await store.close();
    },
  };
}

/** Sessions behind one address, where that is configured. */
async function openProxy(
  { proxy: settings }: Config,
  { setUp, ...deps }: { setUp: SetUp; store: Store; clock: Clock; log: Log },
): Promise<(SessionProxy & { loop: Loop }) | null> {
  if (settings === undefined) return null;
  const { createProxy } = await import('../adapters/proxy/proxy.ts');
  const { signingKey } = setUp;
  const { tls = null } = settings;
  const proxy = createProxy(
    { ...settings, tls, signingKey },
    { ...deps, routes: deps.store, newId },
  );
  const loop = createActivityLoop({ ...deps, processId: newId(), activity: proxy.activity });
  return { ...proxy, loop };
}

/** Where its tokens are there. What Slack sends by HTTP comes to our own port. */
async function openSlack(
  { slack: settings }: Config,
  app: Hono,
  { store, ...deps }: Omit<SlackDeps, 'identityOf'> & { store: Store },
): Promise<Slack | null> {
  if (settings === null) return null;
  const { createSlack } = await import('../adapters/slack/slack.ts');
  const identityOf = async (personId: string) =>
    (await store.addressOf(personId, 'slack', ['slack']))?.externalId ?? null;
  const slack = createSlack(settings, { ...deps, identityOf });
  if (slack.requests) app.route('/', createListenerRoute(slack.requests));
  return slack;
}

/** Where teams are made of Slack's user groups. */
async function followGroups(
  config: Config,
  fleet: Fleet,
  deps: { store: Store; clock: Clock; log: Log },
): Promise<Loop | null> {
  const teams = teamsOf(config).filter(hasGroups);
  if (teams.length === 0) return null;
  if (config.slack === null) {
    deps.log.error('teams are made of user groups of Slack, and there is no SLACK_BOT_TOKEN');
    return null;
  }
  const { botToken, apiUrl } = config.slack;
  const [{ createUserGroups }, { createWebClient }] = await Promise.all([
    import('../adapters/slack/groups.ts'),
    import('../adapters/slack/web-client.ts'),
  ]);
  const client = createWebClient(botToken, { apiUrl, log: deps.log });
  return createMembersLoop({
    ...deps,
    teams,
    groups: createUserGroups({ client, clock: deps.clock }),
    knownByName: namedOn(config),
    setUp: (joined) => deps.store.setUp(siteOf(config, fleet, joined)),
  });
}

type Fleet = {
  words: string;
  simulated: boolean;
  hosts: readonly { name: string; docker?: string }[];
  spawner(hostName: string, installationId: string): Spawner;
};

/** The configured hosts; else this machine's engine; else a simulated fleet that says so. */
async function createFleet(
  config: Config,
  { clock, app, origin }: { clock: Clock; app: Hono; origin: () => string },
): Promise<Fleet> {
  const local = {
    name: hostname(),
    docker: 'unix:///var/run/docker.sock',
    probeImage: 'debian:stable-slim',
    forwardCompatible: false,
  };
  const hosts = config.hosts ?? ((await isLocalEngineWanted(config)) ? [local] : null);
  if (hosts !== null) return createDockerFleet(hosts, config);
  const { createSimulatedFleet } = await import('../adapters/simulated/fleet.ts');
  const simulated = createSimulatedFleet({ clock, hosts: simulatedHosts, origin, pullSeconds: 6 });
  app.get('/simulated/*', (context) => simulated.page(context.req.raw));
  const why = config.fleet === 'auto' ? ', since no Docker engine answers on this machine' : '';
  const words = `a simulated fleet${why}`;
  return { words, simulated: true, hosts: simulatedHosts, spawner: simulated.spawner };
}

async function isLocalEngineWanted({ fleet }: Config): Promise<boolean> {
  if (fleet !== 'auto') return fleet === 'docker';
  const { pingEngine } = await import('../adapters/docker/ping.ts');
  return pingEngine('/var/run/docker.sock');
}

async function createDockerFleet(
  hosts: NonNullable<Config['hosts']>,
  { dockerFolder }: Config,
): Promise<Fleet> {
  // What a program of its own keeps, only Docker's client can ask for.
  const loginFor = (reference: string) => loginOf(reference, dockerFolder).catch(() => null);
  const { createDockerSpawner } = await import('../adapters/docker/spawner.ts');
  const imagesFolder = fileURLToPath(new URL('../images', import.meta.url));
  const connections = new Map(
    await Promise.all(hosts.map(async (host) => [host.name, await engineAt(host)] as const)),
  );
  return {
    words: hosts.map(({ name, docker }) => `${name} (${docker})`).join(', '),
    simulated: false,
    hosts,
    spawner(hostName, installationId) {
      const host = hosts.find(({ name }) => name === hostName);
      const connection = connections.get(hostName);
      if (!host || !connection) throw new Error(`there is no host ${hostName}`);
      const address = host.address ?? ('host' in connection ? connection.host : '127.0.0.1');
      const bindAddress =
        address === '127.0.0.1' || address === 'localhost' ? '127.0.0.1' : '0.0.0.0';
      const { probeImage } = host;
      const at = { hostName, connection, address, bindAddress };
      return createDockerSpawner({ ...at, installationId, imagesFolder, probeImage, loginFor });
    },
  };
}

/** Whoever is in several teams is one person, and an admin there if of any of them. */
function peopleOf(config: Config) {
  const members = teamsOf(config).flatMap(({ people }) => people);
  return [...new Set(members.map(({ name }) => name))].map((name) => {
    const admin = members.some((member) => member.name === name && member.admin);
    return { externalId: name, name, admin };
  });
}

function consoleChannel(config: Config, setUp: SetUp): Channel {
  const channel = setUp.teams[0]?.name ?? 'lab';
  return { platform: config.console ? 'console' : 'api', channel };
}

async function main(): Promise<void> {
  const config = loadConfig();
  const dibs = await startDibs(config);
  process.stdout.write(`Dibs is at ${dibs.url}\nSessions run on ${dibs.fleet}.\n`);
  const end = (): void => {
    // A second signal, or a stop that hangs, ends it at once: what is left is taken up next time.
    process.once('SIGINT', () => process.exit(130));
    setTimeout(() => process.exit(1), 15_000).unref();
    dibs.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    const lines = error instanceof ConfigMistakes ? error.mistakes : [String(error)];
    process.stderr.write(`Dibs did not start.\n${lines.map((line) => `  ${line}\n`).join('')}`);
    process.exit(1);
  });
}
