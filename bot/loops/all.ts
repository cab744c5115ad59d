import type { Access } from '../../core/access.ts';
import type { Platform } from '../../core/message.ts';
import type { Chat, Spawner } from '../../core/ports.ts';
import type { SetUp } from '../../core/store.ts';
import type { AllowanceSource } from '../allowances.ts';
import { createAllowanceLoop } from './allowances.ts';
import { createExpiryLoop } from './expiry.ts';
import { createHostLoop, createInventoryLoop } from './host.ts';
import { createLineLoop } from './line.ts';
import type { Loop } from './loop.ts';
import { createOutboxLoop } from './outbox.ts';
import { createOverdueLoop } from './overdue.ts';
import type { StepDeps } from './steps.ts';

export type LoopsDeps = Omit<StepDeps, 'spawner' | 'onChange' | 'onFreed'> & {
  chats: ReadonlyMap<Platform, Chat>;
  access: Access;
  /** Null: none are configured. */
  allowances: AllowanceSource | null;
  spawnerOf(host: { name: string; configured: boolean }): Spawner;
};

export type Loops = {
  /** Something changed for that host, or for the line and the outbox alone. */
  wake(hostId: string | null): void;
  run(signal: AbortSignal): Promise<void>;
};

/** All that Dibs does without being asked. */
export function createLoops(deps: LoopsDeps, hosts: SetUp['hosts']): Loops {
  const onChange = () => outbox.wake();
  const onFreed = () => line.wake();
  const outbox: Loop = createOutboxLoop(deps);
  const line: Loop = createLineLoop({
    ...deps,
    onPlaced(hostIds) {
      outbox.wake();
      for (const hostId of hostIds) byId.get(hostId)?.wake();
    },
  });
  const expiry = createExpiryLoop({
    ...deps,
    onChange() {
      onChange();
      // An end is carried out by its host's loop, and which host that is the store knows.
      for (const loop of byId.values()) loop.wake();
    },
  });
  const overdue = createOverdueLoop({
    ...deps,
    onEnded() {
      onChange();
      // Whoever gave up their place may have kept devices for themselves.
      onFreed();
    },
  });
  const { allowances: source } = deps;
  const allowances = source === null ? [] : [createAllowanceLoop({ ...deps, source })];
  const spawners = hosts.map((host) => ({ ...host, spawner: deps.spawnerOf(host) }));
  const hostDeps = spawners.map(({ hostId, name: hostName, spawner }) => {
    return { ...deps, spawner, hostId, hostName, onChange, onFreed };
  });
  const byId = new Map(hostDeps.map((host) => [host.hostId, createHostLoop(host)]));
  const inventories = hostDeps.map(createInventoryLoop);
  return {
    wake(hostId) {
      if (hostId === null) line.wake();
      else byId.get(hostId)?.wake();
      outbox.wake();
    },
    async run(signal) {
      const calm = [expiry, overdue, ...allowances];
      const all = [outbox, line, ...calm, ...byId.values(), ...inventories];
      await Promise.all(all.map((loop) => loop.run(signal)));
      await Promise.all([...byId.values()].map((loop) => loop.settled()));
      await Promise.all(spawners.map(({ spawner }) => spawner.close()));
    },
  };
}
