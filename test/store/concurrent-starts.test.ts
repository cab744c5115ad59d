import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../adapters/system/clock.ts';
import { promote } from '../../core/actions/promote.ts';
import { stop } from '../../core/actions/stop.ts';
import { ticksPerCredit } from '../../core/money.ts';
import type { Database } from '../../db/database.ts';
import { leaseDevices } from '../../db/schema/sessions.ts';
import { createTestDatabase } from '../support/databases.ts';
import { accountOf, act } from '../support/stage.ts';
import type { StartMany } from '../support/start-many.ts';
import { accepted, createWorld, type World } from '../support/world.ts';

const script = fileURLToPath(new URL('../support/start-many.ts', import.meta.url));
const devices = Array.from({ length: 8 }, () => 'a100-80gb');

async function inItsOwnProcess(asked: StartMany): Promise<[string, string][]> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(asked)]);
  return JSON.parse(stdout) as [string, string][];
}

/**
 * 100 starts from each of two processes at once; every tenth is delivered twice to its own
 * process, and every tenth to the other one too. Answers what each key was told.
 */
async function startFromTwoProcesses(world: World, url: string): Promise<Map<string, string>> {
  const actor = await world.actorOf('bob');
  const keys = Array.from({ length: 200 }, (_, i) => `start:${i}`);
  const twice = keys.filter((_, i) => i % 10 === 0);
  const [first, second] = [keys.slice(0, 100), keys.slice(100)];
  const told = await Promise.all([
    inItsOwnProcess({ url, actor, requestKeys: [...first, ...twice] }),
    inItsOwnProcess({ url, actor, requestKeys: [...twice, ...second] }),
  ]);
  const answers = new Map<string, string>();
  for (const [key, answer] of told.flat()) {
    expect(answers.get(key) ?? answer).toBe(answer);
    answers.set(key, answer);
  }
  return answers;
}

function tally(answers: ReadonlyMap<string, string>): Record<string, number> {
  const words = [...answers.values()].map((answer) => answer.split(' ')[0] ?? '');
  return Object.fromEntries(
    [...Map.groupBy(words, (word) => word)].map(([word, { length }]) => [word, length]),
  );
}

describe('200 starts at once from two processes, for 8 devices', () => {
  let database: Database;
  let url: string;
  const worldWith = (credits: number) =>
    createWorld(database, { clock: createSystemClock(), hosts: { 'gpu-1': devices }, credits });
  beforeEach(async () => {
    const made = await createTestDatabase();
    url = made.url;
    database = await made.open();
  });
  afterEach(() => database.close());

  /** Stops all that live, and whoever then moves up, until nobody is left. */
  async function endAll(world: World) {
    for (let living = await livingIds(world); living.length > 0; living = await livingIds(world)) {
      for (const sessionId of living) await accepted(act(world, stop, { sessionId }));
      await accepted(act(world, promote, null));
    }
  }

  it('are refused beyond a budget for five, and the balance is never below zero', async () => {
    const world = await worldWith(50);
    const answers = await startFromTwoProcesses(world, url);
    expect(tally(answers)).toEqual({ requested: 5, short_balance: 195 });
    expect(await accountOf(world)).toEqual({
      posted: 50n * ticksPerCredit,
      held: 50n * ticksPerCredit,
    });
    await endAll(world);
    expect(await accountOf(world)).toEqual({ posted: 50n * ticksPerCredit, held: 0n });
    expect(await world.store.checkBook()).toEqual([]);
  });

  it('get the eight devices once each, and four with credits wait in line', async () => {
    const world = await worldWith(120);
    const answers = await startFromTwoProcesses(world, url);
    expect(tally(answers)).toEqual({ requested: 8, queued: 4, short_balance: 188 });
    const taken = await database.db.select().from(leaseDevices);
    expect(taken).toHaveLength(8);
    expect(new Set(taken.map(({ deviceId }) => deviceId)).size).toBe(8);
    const names = (await world.store.livingSessions({})).map(({ name }) => name);
    expect(new Set(names).size).toBe(12);
    await endAll(world);
    expect(await accountOf(world)).toEqual({ posted: 120n * ticksPerCredit, held: 0n });
    expect(await world.store.checkBook()).toEqual([]);
    const { hosts } = await world.store.fleet();
    expect(hosts.flatMap((host) => host.devices.filter(({ leaseId }) => leaseId))).toEqual([]);
  });
});

async function livingIds({ store }: World): Promise<string[]> {
  return (await store.livingSessions({})).map(({ id }) => id);
}
