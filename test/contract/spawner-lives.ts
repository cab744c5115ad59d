import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Bench } from './spawner-harness.ts';
import {
  faultOf,
  never,
  observed,
  open,
  openForeign,
  specFor,
  start,
  startCalledOffAt,
  until,
} from './spawner-harness.ts';

export function observationTests(bench: Bench): void {
  test('a running session is observed with its address and start', async () => {
    const spawner = open(bench);
    const spec = specFor(bench);
    const { containerId, url, ssh } = await start(spawner, spec);
    const [seen] = await observed(spawner, spec.sessionId);
    expect(seen).toEqual({
      sessionId: spec.sessionId,
      containerId,
      state: 'running',
      startedAt: expect.any(Date),
      finishedAt: null,
      exitCode: null,
      outOfMemory: false,
      url,
      ssh,
    });
    await spawner.stop(spec.sessionId, 0, never);
  });

  test('a session that ended by itself is observed with its exit code', async () => {
    const spawner = open(bench);
    const spec = specFor(bench);
    await start(spawner, spec);
    const exitCode = await bench.harness().crash(spec.sessionId);
    await until(async () => (await observed(spawner, spec.sessionId))[0]?.state === 'exited');
    const [seen] = await observed(spawner, spec.sessionId);
    expect(seen).toMatchObject({ exitCode, url: null, outOfMemory: false });
    expect(seen?.finishedAt).toBeInstanceOf(Date);
    await spawner.stop(spec.sessionId, 0, never);
  });
}

export function stopTests(bench: Bench): void {
  test('a stopped session is gone, and to stop it again is no fault', async () => {
    const spawner = open(bench);
    const spec = specFor(bench);
    await start(spawner, spec);
    await spawner.stop(spec.sessionId, 5, never);
    expect(await observed(spawner, spec.sessionId)).toEqual([]);
    await spawner.stop(spec.sessionId, 5, never);
    await open(bench).stop(randomUUID(), 5, never);
  });

  test('two stops at once both find the session gone', async () => {
    const spawner = open(bench);
    const spec = specFor(bench);
    await start(spawner, spec);
    await Promise.all([
      spawner.stop(spec.sessionId, 1, never),
      open(bench).stop(spec.sessionId, 1, never),
    ]);
    expect(await observed(spawner, spec.sessionId)).toEqual([]);
  });

  test.for(['creating', 'booting'] as const)(
    'a start called off while %s leaves nothing once it is stopped',
    async (stage) => {
      const spawner = open(bench);
      const spec = specFor(bench);
      const { code } = await faultOf(startCalledOffAt(stage, spawner, spec));
      expect(code).toBe('aborted');
      await spawner.stop(spec.sessionId, 0, never);
      expect(await observed(spawner, spec.sessionId)).toEqual([]);
    },
  );
}

export function volumeTests(bench: Bench): void {
  test("a person's files outlive the session, and are that person's alone", async () => {
    const { writeFile, readFile } = bench.harness();
    const spawner = open(bench);
    const first = specFor(bench);
    await start(spawner, first);
    await writeFile(first.sessionId, 'notes.txt', 'learning rate 3e-4');
    await spawner.stop(first.sessionId, 0, never);

    const again = specFor(bench, { personId: first.personId });
    const stranger = specFor(bench);
    await Promise.all([start(spawner, again), start(spawner, stranger)]);
    expect(await readFile(again.sessionId, 'notes.txt')).toBe('learning rate 3e-4');
    expect(await readFile(stranger.sessionId, 'notes.txt')).toBeNull();
    await Promise.all([again, stranger].map((spec) => spawner.stop(spec.sessionId, 0, never)));
  });
}

export function isolationTests(bench: Bench): void {
  test('what belongs to another installation is neither seen nor stopped', async () => {
    const foreign = openForeign(bench);
    const spawner = open(bench);
    const spec = specFor(bench);
    const { url } = await start(foreign, spec);
    expect(await observed(spawner, spec.sessionId)).toEqual([]);
    await spawner.stop(spec.sessionId, 0, never);
    expect(await bench.harness().fetchStatus(url, spec.token)).toBe(200);
    await foreign.stop(spec.sessionId, 0, never);
  });
}

export function troubleTests(bench: Bench): void {
  test('a host that does not answer is a fault, never an empty host', async () => {
    const { disconnect, reconnect } = bench.harness();
    const spawner = open(bench);
    const spec = specFor(bench);
    await start(spawner, spec);
    await disconnect();
    const faults = await Promise.all([
      faultOf(spawner.observe(never)),
      faultOf(spawner.inventory(never)),
      faultOf(start(spawner, specFor(bench))),
      faultOf(spawner.stop(spec.sessionId, 0, never)),
    ]);
    expect(faults.map((each) => each.code)).toEqual(Array(4).fill('host_unreachable'));
    await reconnect();
    expect((await observed(spawner, spec.sessionId))[0]?.state).toBe('running');
    await spawner.stop(spec.sessionId, 0, never);
  });

  test('a start that fails says why, and the next one works', async () => {
    const { failNextStart, deviceUuids } = bench.harness();
    const spawner = open(bench);
    const spec = specFor(bench, { deviceUuids: deviceUuids.slice(0, 1) });
    await failNextStart('initialization error: nvml error: driver not loaded');
    const { code, fault } = await faultOf(start(spawner, spec));
    expect(code).toBe('gpu_runtime_missing');
    expect(fault.facts.detail).toContain('driver not loaded');
    await spawner.stop(spec.sessionId, 0, never);
    await start(spawner, spec);
    await spawner.stop(spec.sessionId, 0, never);
  });
}
