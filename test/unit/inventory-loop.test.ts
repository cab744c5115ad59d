import { describe, expect, it } from 'vitest';
import { Fault } from '../../core/fault.ts';
import type { Inventory } from '../../core/ports.ts';
import { createHostLoops } from '../support/host-loops.ts';

const silent = new Fault('host_unreachable', { detail: 'connection refused' });

function anInventory(facts: Partial<Inventory['devices'][number]> = {}): Inventory {
  const device = { uuid: 'GPU-1', index: 0, model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 };
  return {
    engine: 'docker 28',
    simulated: false,
    driver: '570',
    cuda: '12.8',
    cpus: 8,
    memoryBytes: 1,
    devices: [{ ...device, sample: null, ...facts }] as Inventory['devices'],
  };
}

describe('the inventory of a host', () => {
  it('is taken every ten seconds, and noted as of when it was asked for', async () => {
    const { clock, inventory, timesOf, deps } = createHostLoops({
      spawner: {
        async inventory() {
          await clock.sleep(500, new AbortController().signal);
          return anInventory();
        },
      },
    });
    inventory();
    await clock.advance(12_000);
    expect(timesOf('seen at 0, all')).toEqual([0.5]);
    expect(timesOf('seen at 10.5, all')).toEqual([11]);
    expect(deps.hostName).toBe('gpu-1');
  });

  it('is recorded where it has changed, and may have freed devices', async () => {
    let memoryMib = 81_920;
    const { clock, inventory, performed, timesOf } = createHostLoops({
      spawner: { inventory: async () => anInventory({ memoryMib }) },
    });
    inventory();
    await clock.advance(25_000);
    expect(performed.map(({ name }) => name)).toEqual(['record_inventory']);
    memoryMib = 40_960;
    await clock.advance(10_000);
    expect(timesOf('freed')).toEqual([0, 30]);
    expect(performed[1]?.input).toMatchObject({ hostId: 'host-1', devices: [{ memoryMib }] });
  });

  it('is recorded again where that failed', async () => {
    let tries = 0;
    const { clock, inventory, timesOf } = createHostLoops({
      spawner: { inventory: async () => anInventory() },
      store: {
        async perform() {
          tries += 1;
          throw new Error('the database is away');
        },
      },
    });
    inventory();
    await clock.advance(21_000);
    expect([tries, timesOf('seen at 0, all')]).toEqual([2, []]);
  });

  it('has the figures in messages brought up to date every thirty seconds', async () => {
    const { clock, inventory, timesOf } = createHostLoops({
      spawner: { inventory: async () => anInventory() },
    });
    inventory();
    await clock.advance(65_000);
    expect(timesOf('refresh')).toEqual([0, 30, 60]);
    expect(timesOf('changed')).toEqual([0, 30, 60]);
  });

  it('that fails is noted with what the host said, and no message changes', async () => {
    const { clock, inventory, timesOf, all } = createHostLoops({
      spawner: { inventory: () => Promise.reject(silent) },
    });
    inventory();
    await clock.advance(15_000);
    expect(timesOf('unreachable: connection refused')).toEqual([0, 10]);
    expect(all()).not.toContain('refresh');
  });

  it('that fails by a mistake of ours does not speak against the host', async () => {
    const { clock, inventory, all } = createHostLoops({
      spawner: { inventory: () => Promise.reject(new TypeError('ours')) },
    });
    inventory();
    await clock.advance(0);
    expect(all()).toEqual(['a turn of a loop failed']);
  });

  it('that is called off does not speak against the host', async () => {
    const { clock, inventory, all, end } = createHostLoops({
      spawner: {
        async inventory(signal) {
          await clock.sleep(60_000, signal);
          throw new Fault('aborted');
        },
      },
    });
    const { ended } = inventory();
    await clock.advance(100);
    end();
    await ended;
    expect(all()).toEqual([]);
  });
});
