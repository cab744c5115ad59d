import { randomUUID } from 'node:crypto';
import type { Action, Needs, Outcome } from '../../../core/action.ts';
import type { Actor } from '../../../core/entity.ts';
import type { Told } from './told.ts';
import type { Ledger, Process } from './world.ts';

/** What chance decides; each kind of operation makes of it what it needs. */
export type Operation<Kind extends string = string> = {
  kind: Kind;
  who: number;
  what: number;
  size: number;
  /** Somebody who may, about something that is due: else anybody, about anything. */
  fits: boolean;
  /** Delivered to both processes at once. */
  twice: boolean;
};

/** One operation, by one process, while others work. */
export type Task = { ledger: Ledger; at: Process; other: Process; operation: Operation };

export function pick<Item>(items: readonly Item[], choice: number): Item | undefined {
  return items[choice % Math.max(1, items.length)];
}

/** Asks for it, under a key of its own unless one is given. Null: unknown. */
export function ask<Input, Result, N extends Needs>(
  { ledger, at, other, operation }: Task,
  action: Action<Input, Result, N>,
  request: { actor: Actor; input: Input; requestKey?: string },
): Promise<Outcome<Result> | null> {
  const stores = operation.twice ? [at.store, other.store] : [at.store];
  return ledger.deliveries.deliver(stores, action, { requestKey: randomUUID(), ...request });
}

export function toldOf(outcome: Outcome<unknown> | null): Told {
  return outcome?.kind ?? 'unknown';
}
