import { expect, test } from 'vitest';
import type { StartProgress } from '../../core/ports.ts';
import type { Bench } from './spawner-harness.ts';
import {
  faultOf,
  never,
  observed,
  open,
  specFor,
  start,
  startCalledOffAt,
} from './spawner-harness.ts';

export function startTests(bench: Bench): void {
  test('a started session answers its token alone', async () => {
    const { fetchStatus } = bench.harness();
    const spawner = open(bench);
    const spec = specFor(bench);
    const { url } = await start(spawner, spec);
    expect(url).toMatch(/^https?:\/\/.*\/$/);
    expect(await fetchStatus(url, spec.token)).toBe(200);
    expect([401, 403]).toContain(await fetchStatus(url, null));
    expect([401, 403]).toContain(await fetchStatus(url, 'another token'));
    await spawner.stop(spec.sessionId, 0, never);
  });

  test('progress goes from the image to creating to booting, and never back', async () => {
    const spawner = open(bench);
    const spec = specFor(bench);
    const seen: StartProgress[] = [];
    await start(spawner, spec, seen);
    const order = ['pulling', 'building', 'creating', 'booting'];
    const ranks = seen.map((progress) => order.indexOf(progress.stage));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    expect(seen.filter((progress) => progress.stage === 'creating')).toHaveLength(1);
    expect(seen.at(-1)).toEqual({ stage: 'booting' });
    await spawner.stop(spec.sessionId, 0, never);
  });

  test('a start repeated by a restarted process finds the same container', async () => {
    const spec = specFor(bench);
    const first = await start(open(bench), spec);
    const spawner = open(bench);
    const second = await start(spawner, spec);
    expect(second).toEqual(first);
    expect(await observed(spawner, spec.sessionId)).toHaveLength(1);
    await spawner.stop(spec.sessionId, 0, never);
  });

  test('a start called off before it was ready is finished by the next one', async () => {
    const spawner = open(bench);
    const spec = specFor(bench);
    const calledOff = await faultOf(startCalledOffAt('booting', spawner, spec));
    expect(calledOff.code).toBe('aborted');
    const { url } = await start(open(bench), spec);
    expect(await bench.harness().fetchStatus(url, spec.token)).toBe(200);
    await spawner.stop(spec.sessionId, 0, never);
  });
}

export function accessTests(bench: Bench): void {
  const keys = ['one', 'two'].map((id) => ({ id, publicKey: `ssh-ed25519 AAAA${id}` }));

  test('the keys that it was started with open a session, and then those it is told', async () => {
    const { keysOf } = bench.harness();
    const spawner = open(bench);
    const spec = specFor(bench, { sshKeys: keys.slice(0, 1) });
    const { ssh } = await start(spawner, spec);
    const lines = keys.map(({ publicKey }) => publicKey);
    const isOpen = ssh !== null;
    expect(await keysOf(spec.sessionId)).toEqual(isOpen ? lines.slice(0, 1) : null);
    await spawner.admitKeys(spec.sessionId, keys, never);
    expect(await keysOf(spec.sessionId)).toEqual(isOpen ? lines : null);
    await spawner.admitKeys(spec.sessionId, [], never);
    expect(await keysOf(spec.sessionId)).toEqual(isOpen ? [] : null);
    await spawner.stop(spec.sessionId, 0, never);
    // Nobody can come in any more.
    await spawner.admitKeys(spec.sessionId, keys, never);
  });

  test('a check that was asked for is made before it is ready, and no other', async () => {
    const spawner = open(bench);
    const spec = specFor(bench, { check: true });
    const seen: StartProgress[] = [];
    const { verdict } = await start(spawner, spec, seen);
    expect(verdict).toMatchObject({ ok: true, cuda: false, devices: [] });
    expect(seen.at(-1)).toEqual({ stage: 'checking' });
    await spawner.stop(spec.sessionId, 0, never);
    const plain = specFor(bench);
    expect((await start(spawner, plain)).verdict).toBeNull();
    await spawner.stop(plain.sessionId, 0, never);
  });
}

export function deviceTests(bench: Bench): void {
  test('a session sees exactly its devices', async () => {
    const { deviceUuids, devicesSeenBy } = bench.harness();
    const spawner = open(bench);
    const [first = '', second = ''] = deviceUuids;
    const one = specFor(bench, { deviceUuids: [second], share: 0.25 });
    const other = specFor(bench, { deviceUuids: [first], share: 0.25 });
    await Promise.all([start(spawner, one), start(spawner, other)]);
    expect(await devicesSeenBy(one.sessionId)).toEqual([second]);
    expect(await devicesSeenBy(other.sessionId)).toEqual([first]);
    await Promise.all([one, other].map((spec) => spawner.stop(spec.sessionId, 0, never)));
  });

  test('a session with two devices sees both', async () => {
    const { deviceUuids, devicesSeenBy } = bench.harness();
    const spawner = open(bench);
    const spec = specFor(bench, { deviceUuids: deviceUuids.slice(0, 2) });
    await start(spawner, spec);
    expect((await devicesSeenBy(spec.sessionId)).toSorted()).toEqual(
      deviceUuids.slice(0, 2).toSorted(),
    );
    await spawner.stop(spec.sessionId, 0, never);
  });

  test('a session without devices sees none', async () => {
    const spawner = open(bench);
    const spec = specFor(bench);
    await start(spawner, spec);
    expect(await bench.harness().devicesSeenBy(spec.sessionId)).toEqual([]);
    await spawner.stop(spec.sessionId, 0, never);
  });

  test('a device that the host does not have is named in the fault', async () => {
    const spawner = open(bench);
    const unknown = 'GPU-00000000-0000-4000-8000-00000000dead';
    const spec = specFor(bench, { deviceUuids: [unknown] });
    const { code, fault } = await faultOf(start(spawner, spec));
    expect(code).toBe('device_missing');
    expect(fault.facts.detail).toContain(unknown);
    await spawner.stop(spec.sessionId, 0, never);
    expect(await observed(spawner, spec.sessionId)).toEqual([]);
  });

  test('the inventory lists every device with its figures', async () => {
    const inventory = await open(bench).inventory(never);
    expect(inventory.devices.map((device) => device.uuid)).toEqual(bench.harness().deviceUuids);
    for (const device of inventory.devices) {
      expect(device.model).not.toBe('');
      expect(device.memoryMib).toBeGreaterThan(0);
      expect(device.sample.memoryUsedMib).toBeLessThanOrEqual(device.memoryMib);
    }
    expect(inventory.cpus).toBeGreaterThan(0);
    expect(inventory.memoryBytes).toBeGreaterThan(0);
  });
}
