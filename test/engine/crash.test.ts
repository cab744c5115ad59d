import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../adapters/system/clock.ts';
import { recordInventory } from '../../core/actions/observe.ts';
import type { Image } from '../../core/ports.ts';
import type { SessionView } from '../../core/view.ts';
import { compileCache } from '../support/compile-cache.ts';
import { killsInALife, type Life, phases } from '../support/crash/scenario.ts';
import { createTestDatabase } from '../support/databases.ts';
import { type GpuHost, startGpuHost } from '../support/gpu-host.ts';
import { IMAGES } from '../support/images-folder.ts';
import { bringLeastImage } from '../support/least-image.ts';
import { inSoak } from '../support/soak.ts';
import { createWorld, system, type World } from '../support/world.ts';

const script = join(import.meta.dirname, '../support/crash/process.ts');
const livesAtOnce = 2;
const sessions = inSoak({ gate: 1, soak: 5 });
/** The outbox of a dead process has a notice to itself for a minute. */
const noticeClaimSeconds = 61;

describe('a process that is killed at every step', () => {
  let host: GpuHost;
  let image: Image;
  beforeAll(async () => {
    const a100 = { model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 };
    host = await startGpuHost({ gpus: [a100, a100] });
    image = await bringLeastImage(host.docker, host.probeImage);
  });
  afterAll(() => host?.stop());

  it(`leaves no second, credit or container behind, killed ${sessions * killsInALife} times`, async () => {
    expect(killsInALife).toBe(22);
    const waiting = Array.from({ length: sessions }, (_, at) => at);
    const worker = async () => {
      while (waiting.pop() !== undefined) await liveThrough({ host, image });
    };
    await Promise.all(Array.from({ length: livesAtOnce }, worker));
  }, 1_800_000);
});

type Setting = { host: GpuHost; image: Image };

/** One session from start to end, in as many lives as there are points to die at, and one more. */
async function liveThrough({ host, image }: Setting): Promise<void> {
  const database = await createTestDatabase();
  const opened = await database.open(3);
  const clock = createSystemClock();
  const world = await createWorld(opened, { clock, hosts: { 'gpu-1': [] }, credits: 100 });
  await offerGpus(world, host);
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  const processes = createProcesses();
  try {
    let name = '';
    let aheadSeconds = 0;
    for (const { command, goal, points } of phases) {
      const { socketPath } = host.connection as { socketPath: string };
      const life: Omit<Life, 'kill' | 'aheadSeconds'> = {
        databaseUrl: database.url,
        socketPath,
        address: host.address,
        probeImage: host.probeImage,
        imagesFolder: IMAGES,
        image,
        requestKey: randomUUID(),
        command: command.replace('NAME', name),
        goal,
      };
      for (const kill of points) {
        if (kill === 'before:note_sent') aheadSeconds += noticeClaimSeconds;
        expect(await processes.live({ ...life, kill, aheadSeconds }), `killed ${kill}`).toBe(
          'SIGKILL',
        );
        await expectSoundBook(world);
        expect((await containersOf(host, world)).length).toBeLessThanOrEqual(1);
      }
      expect(await processes.live({ ...life, kill: null, aheadSeconds }), `then ${goal}`).toBe(0);
      const [row] = await sql<{ name: string }[]>`select name from sessions`;
      name = row?.name ?? '';
    }
    const session = await world.store.sessionByName(name);
    await expectSettled(world, session, sql);
    expect(await containersOf(host, world)).toEqual([]);
  } finally {
    await processes.close();
    await removeProbe(host, world);
    await sql.end();
    await opened.close();
  }
}

/** Each process begins while the one before it still lives: its imports take as long as a life. */
function createProcesses() {
  let next = spawnProcess();
  return {
    live(life: Life) {
      const { child, ended } = next;
      next = spawnProcess();
      child.stdin.end(JSON.stringify(life));
      return ended;
    },
    async close() {
      next.child.kill('SIGKILL');
      await next.ended;
    },
  };
}

type Ending = NodeJS.Signals | number | null;

function spawnProcess(): {
  child: ChildProcessByStdio<Writable, null, null>;
  ended: Promise<Ending>;
} {
  const child = spawn(process.execPath, [script], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...process.env, ...compileCache },
  });
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  return { child, ended };
}

async function offerGpus({ store, hosts, clock }: World, { gpus }: GpuHost): Promise<void> {
  const hostId = hosts[0]?.hostId ?? '';
  const devices = gpus.map(({ uuid, model, memoryMib }, index) => {
    return { uuid, index, type: 'a100-80gb', model, memoryMib };
  });
  const requestKey = randomUUID();
  await store.perform(recordInventory, { requestKey, actor: system, input: { hostId, devices } });
  await store.noteSeen(hostId, clock.now(), null);
}

async function containersOf(host: GpuHost, { installationId }: World): Promise<string[]> {
  const label = [`dibs.installation=${installationId}`, 'dibs.role=session'];
  const found = await host.docker.listContainers({ all: true, filters: { label } });
  return found.map(({ Id }) => Id);
}

async function removeProbe(host: GpuHost, { installationId }: World): Promise<void> {
  const label = [`dibs.installation=${installationId}`];
  const found = await host.docker.listContainers({ all: true, filters: { label } });
  for (const { Id } of found) await host.docker.getContainer(Id).remove({ force: true });
}

async function expectSoundBook({ store }: World): Promise<void> {
  expect(await store.checkBook()).toEqual([]);
}

/** Charged is what lies between the ready report and the stop, to the second, once. */
async function expectSettled(world: World, session: SessionView | null, sql: postgres.Sql) {
  const [ready] = await sql<{ at: Date }[]>`select at from events where action = 'report_ready'`;
  const [stop] = await sql<{ at: Date }[]>`
    select at from events where action = 'stop' and outcome->>'kind' = 'accepted'`;
  const charges = await sql<{ amount: string }[]>`
    select amount from transfers where kind = 'charge'`;
  const seconds = ((stop?.at.getTime() ?? 0) - (ready?.at.getTime() ?? 0)) / 1000;
  const chargedSeconds = Number(session?.charged ?? 0n) / 10_000;
  expect(session).toMatchObject({ state: 'ended', endReason: 'stopped_by_owner', held: 0n });
  expect(charges.map(({ amount }) => BigInt(amount))).toEqual([session?.charged]);
  expect(chargedSeconds).toBe(Math.floor((session?.readyMillis ?? 0) / 1000));
  // Both moments were taken under locks shortly after their event's own.
  expect(Math.abs(chargedSeconds - seconds)).toBeLessThan(1.5);
  const held = await sql`select 1 from holds where state = 'placed'`;
  const unended = await sql`select 1 from lease_devices where state <> 'ended'`;
  expect([held.length, unended.length]).toEqual([0, 0]);
  await expectSoundBook(world);
}
