import type { Change } from '../../core/change.ts';
import type { NewId } from '../../core/ports.ts';
import type { Transaction } from '../database.ts';

/** What every write of one decision has. */
export type Context = { tx: Transaction; now: Date; eventId: string; newId: NewId };

export type ChangeOf<K extends Change['kind']> = Extract<Change, { kind: K }>;

type Writers<K extends Change['kind']> = {
  [Kind in K]: (context: Context, change: ChangeOf<Kind>) => Promise<void>;
};

/** Only for its types: one function for each kind. */
export function writersOf<K extends Change['kind']>(writers: Writers<K>): Writers<K> {
  return writers;
}

/**
 * What a decision changes is locked. Where it is not as it was decided on all the same, `perform`
 * decides anew, as after any serialization failure, and gives up when that does not help.
 */
export async function one(rows: PromiseLike<readonly unknown[]>): Promise<void> {
  if ((await rows).length === 1) return;
  const message = 'invariant broken: a change finds the row that was decided on';
  throw Object.assign(new Error(message), { code: '40001' });
}
