import { randomBytes } from 'node:crypto';
import { flushCompileCache } from 'node:module';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { createDockerSpawner } from '../../../adapters/docker/spawner.ts';
import { createLog } from '../../../adapters/system/log.ts';
import { newId } from '../../../adapters/system/new-id.ts';
import { directAccess } from '../../../bot/access.ts';
import { createCommands } from '../../../bot/handle.ts';
import { createLoops } from '../../../bot/loops/all.ts';
import type { Chat, Spawner } from '../../../core/ports.ts';
import type { Store } from '../../../core/store.ts';
import { openPostgres } from '../../../db/database.ts';
import { createStore } from '../../../db/store.ts';
import { chosenPytorch } from '../facts.ts';
import { createJumpingClock } from '../jumping-clock.ts';
import { testPolicy } from '../world.ts';
import type { KillPoint, Life } from './scenario.ts';

/** Time for a step after the goal, such as a notice of it. */
const patienceMilliseconds = 60_000;
const policy = { ...testPolicy, claimSeconds: 1, stopGraceSeconds: 1 };

// Opening the database imports these, and a life begins when all is imported.
await Promise.all([import('drizzle-orm/postgres-js'), import('drizzle-orm/postgres-js/migrator')]);
// A killed process doesn't write its compile cache.
flushCompileCache();
/** One life of the process: asks for the command, works until the goal, or dies at the point. */
const life: Life = JSON.parse(await text(process.stdin));

function reach(point: KillPoint): void {
  if (point === life.kill) process.kill(process.pid, 'SIGKILL');
}

async function around<T>(call: string, work: () => Promise<T>): Promise<T> {
  reach(`before:${call}`);
  const result = await work();
  reach(`after:${call}`);
  return result;
}

function dyingStore(store: Store): Store {
  return {
    ...store,
    perform: (action, request) => {
      const step = /"step":"(\w+)"/.exec(JSON.stringify(request.input) ?? '')?.[1];
      const call = step === undefined ? action.name : `${action.name}_${step}`;
      return around(call, () => store.perform(action, request));
    },
    noteSent: (notice) => around('note_sent', () => store.noteSent(notice)),
  };
}

function dyingSpawner(spawner: Spawner): Spawner {
  return {
    ...spawner,
    start: (spec, onProgress, signal) =>
      around('do_start', () =>
        spawner.start(
          spec,
          (progress) => {
            onProgress(progress);
            if (progress.stage === 'creating' || progress.stage === 'booting')
              reach(`at:${progress.stage}`);
          },
          signal,
        ),
      ),
    stop: (sessionId, graceSeconds, signal) =>
      around('do_stop', () => {
        setTimeout(() => reach('during:do_stop'), 30);
        return spawner.stop(sessionId, graceSeconds, signal);
      }),
  };
}

/** Every message is taken at once: what the outbox does around it is what is tried here. */
const chat: Chat = {
  editSeconds: 0,
  hasThreads: false,
  post: async ({ key }) => ({ channel: 'lab', message: key }),
  update: async () => undefined,
  introduce: async ({ channel }) => ({ standing: 'member', channel }),
};

async function main(): Promise<void> {
  const clock = createJumpingClock();
  clock.jump(life.aheadSeconds);
  const log = createLog('error');
  const newSecret = () => randomBytes(24).toString('base64url');
  const database = await openPostgres(life.databaseUrl, 4);
  const store = dyingStore(createStore(database, { clock, newId, newSecret, policy }));
  const bob = { platform: 'console' as const, externalId: 'bob' };
  const people = [{ name: 'bob', roles: [], identities: [bob] }];
  const setUp = await store.setUp({
    teams: [{ name: 'lab', zone: 'UTC', channels: [], people }],
    hosts: [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }],
  });
  const chats = new Map([['console' as const, chat]]);
  const deps = { store, clock, newId, newSecret, log, policy, chats, access: directAccess };
  const { socketPath, imagesFolder, address, probeImage } = life;
  const spawnerOf = () =>
    dyingSpawner(
      createDockerSpawner({
        hostName: 'gpu-1',
        connection: { socketPath },
        address,
        bindAddress: '0.0.0.0',
        probeImage,
        imagesFolder,
        loginFor: async () => null,
        installationId: setUp.installationId,
      }),
    );
  const loops = createLoops({ ...deps, spawnerOf, allowances: null }, setUp.hosts);
  const images = [{ ...chosenPytorch, ...life.image }];
  const commands = createCommands({ ...deps, images, wake: loops.wake });
  const ending = new AbortController();
  const running = loops.run(ending.signal);
  const reached = async () => {
    const { command: text, requestKey } = life;
    const asked = { ...bob, standing: 'member', channel: 'lab', text, requestKey } as const;
    const reply = await commands.handle(asked);
    const session = reply.session && (await store.sessionById(reply.session.id));
    if (life.goal === 'extended') return session?.leaseSeconds === 5400;
    return session?.state === life.goal;
  };
  const deadline = Date.now() + 60_000;
  while (!(await reached())) {
    if (Date.now() > deadline) throw new Error(`not ${life.goal} in time`);
    await pause(100);
  }
  await pause(life.kill === null ? 0 : patienceMilliseconds);
  ending.abort();
  await running;
  await store.close();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
