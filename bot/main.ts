import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';
import { createAbsentSpawner } from '../adapters/absent/spawner.ts';
import { createSystemClock } from '../adapters/system/clock.ts';
import { createLog } from '../adapters/system/log.ts';
import { newId } from '../adapters/system/new-id.ts';
import { createApiRoutes } from '../adapters/web/api.ts';
import { onlyLoopback } from '../adapters/web/guard.ts';
import { listen } from '../adapters/web/server.ts';
import { grant } from '../core/actions/grant.ts';
import type { Channel } from '../core/entity.ts';
import type { Platform } from '../core/message.ts';
import type { Chat, Clock, Spawner } from '../core/ports.ts';
import type { SetUp, Store } from '../core/store.ts';
import { openPglite, openPostgres } from '../db/database.ts';
import { createStore } from '../db/store.ts';
import { allowancesOf } from './allowances.ts';
import { createApi } from './api.ts';
import { type Config, ConfigMistakes, loadConfig } from './config.ts';
import { imagesOf, policyOf, simulatedHosts, teamsOf } from './defaults.ts';
import { createCommands } from './handle.ts';
import { createLoops } from './loops/all.ts';

export type Dibs = {
  url: string;
  /** What people should know of where their sessions run. */
  fleet: string;
  store: Store;
  /** Ends the loops, lets steps under way finish or give up, and closes everything. */
  stop(): Promise<void>;
};

/** Puts everything together and starts it. */
export async function startDibs(config: Config, log = createLog(config.logLevel)): Promise<Dibs> {
  const clock = createSystemClock();
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
  const deps = { store, clock, newId, newSecret, log, policy, chats };
  const spawnerOf = ({ name, configured }: { name: string; configured: boolean }) =>
    configured ? fleet.spawner(name, setUp.installationId) : createAbsentSpawner(name);
  const allowances = allowancesOf(teamsOf(config), await store.payees());
  const loops = createLoops({ ...deps, spawnerOf, allowances }, setUp.hosts);
  const commands = createCommands({ ...deps, images: imagesOf(config), wake: loops.wake });
  const channel = consoleChannel(config, setUp);
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
  }
  const server = await listen(app, config);
  origin = `http://localhost:${server.port}`;
  const ending = new AbortController();
  const running = loops.run(ending.signal);
  return {
    url: origin,
    fleet: fleet.words,
    store,
    async stop() {
      ending.abort();
      await server.close();
      await running;
      await store.close();
    },
  };
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
  };
  const hosts = config.hosts ?? ((await isLocalEngineWanted(config)) ? [local] : null);
  if (hosts !== null) return createDockerFleet(hosts);
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

async function createDockerFleet(hosts: NonNullable<Config['hosts']>): Promise<Fleet> {
  const { createDockerSpawner } = await import('../adapters/docker/spawner.ts');
  const imagesFolder = fileURLToPath(new URL('../images', import.meta.url));
  const connections = new Map(
    await Promise.all(hosts.map(async (host) => [host.name, await connectionOf(host)] as const)),
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
      const options = { installationId, address, bindAddress, imagesFolder, probeImage };
      return createDockerSpawner({ ...options, hostName, connection });
    },
  };
}

async function connectionOf({ name, docker, tls }: NonNullable<Config['hosts']>[number]) {
  if (docker.startsWith('unix://')) return { socketPath: docker.slice('unix://'.length) };
  const { hostname: host, port } = new URL(docker);
  const read = (file: string) =>
    readFile(join(tls ?? '.', file), 'utf8').catch(() => {
      throw new ConfigMistakes([`hosts: ${name}: tls: there is no ${join(tls ?? '.', file)}`]);
    });
  const [ca, cert, key] = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map(read));
  return { host, port: Number(port || 2376), ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
}

async function setUpSite(store: Store, config: Config, fleet: Fleet): Promise<SetUp> {
  const teams = teamsOf(config);
  const setUp = await store.setUp({
    teams: teams.map(({ name, zone, channels, people }) => ({
      name,
      zone,
      channels,
      people: people.map(({ name: person, admin, slack, discord }) => ({
        name: person,
        roles: admin ? ['admin' as const] : [],
        identities: [
          { platform: 'api' as const, externalId: person },
          ...(config.console ? [{ platform: 'console' as const, externalId: person }] : []),
          ...(slack === undefined ? [] : [{ platform: 'slack' as const, externalId: slack }]),
          ...(discord === undefined ? [] : [{ platform: 'discord' as const, externalId: discord }]),
        ],
      })),
    })),
    hosts: fleet.hosts.map(({ name, docker: address = `simulated:${name}` }) => {
      return { name, address, simulated: fleet.simulated };
    }),
  });
  for (const team of setUp.teams) {
    const amount = teams.find(({ name }) => name === team.name)?.credits ?? 0n;
    if (amount === 0n) continue;
    // The key makes it the first grant of the team, whatever the configuration says later.
    const recorded = { accountId: team.accountId, amount, reason: 'first credits' };
    await store.perform(grant, {
      requestKey: `first-credits:${team.teamId}`,
      actor: { kind: 'system', name: 'set-up' },
      input: recorded,
    });
  }
  return setUp;
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
