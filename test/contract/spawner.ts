import { afterAll, beforeAll, describe } from 'vitest';
import type { Bench, SpawnerHarness } from './spawner-harness.ts';
import {
  isolationTests,
  observationTests,
  stopTests,
  troubleTests,
  volumeTests,
} from './spawner-lives.ts';
import { accessTests, deviceTests, startTests } from './spawner-starts.ts';

/** What every spawner promises. `createHarness` is called once; tests share the host only. */
export function spawnerContract(name: string, createHarness: () => Promise<SpawnerHarness>): void {
  describe(`spawner contract: ${name}`, { timeout: 60_000 }, () => {
    let harness: SpawnerHarness;
    const bench: Bench = { harness: () => harness, spawners: [] };
    beforeAll(async () => {
      harness = await createHarness();
    }, 600_000);
    afterAll(async () => {
      await Promise.all(bench.spawners.map((spawner) => spawner.close()));
      await harness?.close();
    }, 120_000);

    startTests(bench);
    accessTests(bench);
    deviceTests(bench);
    observationTests(bench);
    stopTests(bench);
    volumeTests(bench);
    isolationTests(bench);
    troubleTests(bench);
  });
}
