import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { toCreateOptions } from '../../adapters/docker/container-spec.ts';
import { createDockerSpawner } from '../../adapters/docker/spawner.ts';
import { createSystemClock } from '../../adapters/system/clock.ts';
import { createLog } from '../../adapters/system/log.ts';
import { newId } from '../../adapters/system/new-id.ts';
import { directAccess } from '../../bot/access.ts';
import { createCommands } from '../../bot/handle.ts';
import { createLoops } from '../../bot/loops/all.ts';
import type { Store } from '../../core/store.ts';
import { openPostgres } from '../../db/database.ts';
import { chosenPytorch } from '../support/facts.ts';
import { type GpuHost, startGpuHost } from '../support/gpu-host.ts';
import { IMAGES } from '../support/images-folder.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { createWorld, testPolicy } from '../support/world.ts';
import { median, printTable, round } from './figures.ts';

const pairs = 20;
/** As the adapter's own. */
const pollMillis = 25;
const limitMillis = 30_000;

type Times = { decide: number; create: number; start: number; ready: number; total: number };

/**
 * From `/gpu start` to Jupyter's first 200, against creating, starting and polling the same image
 * with the same limits by hand: in turn, on one engine, in one run.
 */
export async function benchStart(): Promise<Record<string, number>> {
  const gpu = { model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 };
  const host = await startGpuHost({ gpus: [gpu, gpu] });
  const postgres = await startPostgres();
  const dibs = await openDibs(host, postgres.url);
  const bare = await openBare(host);
  const watch = await watchEngine(host);
  const ours: Times[] = [];
  const theirs: Times[] = [];
  try {
    await dibs.startOnce(watch);
    await bare.startOnce(watch);
    for (let pair = 0; pair < pairs; pair += 1) {
      const dibsFirst = pair % 2 === 0;
      if (dibsFirst) ours.push(await dibs.startOnce(watch));
      theirs.push(await bare.startOnce(watch));
      if (!dibsFirst) ours.push(await dibs.startOnce(watch));
    }
  } finally {
    watch.close();
    await dibs.close();
    await bare.close();
    await postgres.stop();
    await host.stop();
  }
  return report(ours, theirs);
}

function report(ours: readonly Times[], theirs: readonly Times[]): Record<string, number> {
  const middle = (times: readonly Times[], key: keyof Times) =>
    median(times.map((row) => row[key]));
  const keys = ['decide', 'create', 'start', 'ready', 'total'] as const;
  printTable([
    ['median ms', ...keys],
    ['dibs', ...keys.map((key) => round(middle(ours, key), 1))],
    ['bare', ...keys.map((key) => round(middle(theirs, key), 1))],
  ]);
  const ratios = ours.map(({ total }, at) => total / (theirs[at]?.total ?? Number.NaN));
  return {
    ratio: round(median(ratios)),
    decideMs: round(middle(ours, 'decide'), 1),
    createMs: round(middle(ours, 'create'), 1),
    startMs: round(middle(ours, 'start'), 1),
    readyMs: round(middle(ours, 'ready'), 1),
  };
}

type Watch = Awaited<ReturnType<typeof watchEngine>>;

/** When the engine says that a container was created and started, by this machine's clock. */
async function watchEngine({ docker }: GpuHost) {
  const seen = new Map<string, number>();
  const filters = JSON.stringify({ type: ['container'], event: ['create', 'start'] });
  const stream = (await docker.getEvents({ filters })) as unknown as Readable;
  stream.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().trim().split('\n')) {
      const { Action, timeNano } = JSON.parse(line) as { Action: string; timeNano: number };
      seen.set(Action, timeNano / 1e6);
    }
  });
  return {
    split(begun: number, decided: number, ready: number): Times {
      const [created, started] = [
        seen.get('create') ?? Number.NaN,
        seen.get('start') ?? Number.NaN,
      ];
      return {
        decide: decided - begun,
        create: created - decided,
        start: started - created,
        ready: ready - started,
        total: ready - begun,
      };
    },
    close: () => stream.destroy(),
  };
}

const now = () => performance.timeOrigin + performance.now();

async function openDibs(host: GpuHost, url: string) {
  const clock = createSystemClock();
  const log = createLog('warn');
  const newSecret = () => randomBytes(24).toString('base64url');
  const database = await openPostgres(url);
  const world = await createWorld(database, { clock, hosts: { 'gpu-1': [] }, credits: 100_000 });
  let onReady: (at: number) => void = () => undefined;
  const store: Store = {
    ...world.store,
    async perform(action, request) {
      const outcome = await world.store.perform(action, request);
      if (action.name === 'report_ready') onReady(now());
      return outcome;
    },
  };
  const { name: hostName, connection, address, bindAddress, probeImage } = host;
  const options = { hostName, connection, address, bindAddress, probeImage, imagesFolder: IMAGES };
  const loginFor = async () => null;
  const spawnerOf = () =>
    createDockerSpawner({ ...options, loginFor, installationId: world.installationId });
  const deps = { store, clock, newId, newSecret, log, policy: testPolicy, chats: new Map() };
  const access = directAccess;
  const loops = createLoops({ ...deps, access, spawnerOf, allowances: null }, world.hosts);
  const images = [{ ...chosenPytorch, ...host.image }];
  const commands = createCommands({ ...deps, access, images, wake: loops.wake });
  const ending = new AbortController();
  const running = loops.run(ending.signal);
  const bob = {
    platform: 'console',
    externalId: 'bob',
    standing: 'member',
    channel: 'lab',
  } as const;
  const ask = (text: string) => commands.handle({ ...bob, text, requestKey: randomUUID() });
  while ((await store.fleet()).hosts.every(({ devices }) => devices.length === 0)) await pause(100);

  return {
    async startOnce(watch: Watch): Promise<Times> {
      const ready = new Promise<number>((resolve) => {
        onReady = resolve;
      });
      const begun = now();
      const { session, text } = await ask('start a100 1h');
      const decided = now();
      if (!session) throw new Error(text);
      const times = watch.split(begun, decided, await ready);
      await ask(`stop ${session.name}`);
      while ((await store.sessionById(session.id))?.state !== 'ended') await pause(50);
      return times;
    },
    async close() {
      ending.abort();
      await running;
      await store.close();
    },
  };
}

/** Docker alone: the token comes from a bind mount, so that nothing is left to be done by hand. */
async function openBare(host: GpuHost) {
  const folder = await mkdtemp(join(tmpdir(), 'dibs-bare-'));
  const token = randomUUID();
  // The session's user must reach it.
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'token'), token, { mode: 0o444 });
  const { NCPU: cpus, MemTotal: memoryBytes } = await host.docker.info();
  const [device] = host.gpus;
  if (!device) throw new Error('the host has no GPU');
  return {
    async startOnce(watch: Watch): Promise<Times> {
      const id = randomUUID();
      const spec = {
        sessionId: id,
        sessionName: `bare-${id.slice(0, 6)}`,
        personId: 'bare',
        image: host.image,
        deviceUuids: [device.uuid],
        share: 0.5,
        sshKeys: [],
        check: false,
        token,
      };
      const facts = {
        installationId: randomUUID(),
        cpus,
        memoryBytes,
        bindAddress: host.bindAddress,
      };
      const options = toCreateOptions(spec, facts);
      const binds = [`${folder}/token:/run/dibs/token:ro`];
      const begun = now();
      const container = await host.docker.createContainer({
        ...options,
        HostConfig: { ...options.HostConfig, Binds: binds },
      });
      await container.start();
      const { NetworkSettings } = await container.inspect();
      const port = NetworkSettings.Ports['8888/tcp']?.[0]?.HostPort;
      const url = `http://${host.address}:${port}/s/${spec.sessionName}/api/status`;
      const headers = { Authorization: `token ${token}` };
      const answers = () =>
        fetch(url, { headers }).then(
          ({ ok }) => ok,
          () => false,
        );
      const deadline = Date.now() + limitMillis;
      while (!(await answers())) {
        if (Date.now() > deadline) throw new Error(`no answer at ${url}`);
        await pause(pollMillis);
      }
      const times = watch.split(begun, begun, now());
      await container.remove({ force: true, v: true });
      return times;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
