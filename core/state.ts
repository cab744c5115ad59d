/**
 * Every state and every way from one to the next. The database's enums are built from these lists,
 * the store refuses what is not in them, and the transition tests are generated from them.
 */
export const transitions = {
  lease: { queued: ['active', 'ended'], active: ['ended'], ended: [] },
  session: {
    requested: ['starting', 'ended'],
    starting: ['running', 'stopping', 'ended'],
    running: ['stopping', 'ended'],
    stopping: ['ended'],
    ended: [],
  },
  hold: { placed: ['settled', 'released', 'expired'], settled: [], released: [], expired: [] },
  grant_request: {
    pending: ['approved', 'denied', 'withdrawn', 'expired'],
    approved: [],
    denied: [],
    withdrawn: [],
    expired: [],
  },
  host: { ready: ['draining'], draining: ['ready', 'drained'], drained: ['ready'] },
  device: { offered: ['quarantined'], quarantined: ['offered'] },
  notice: { due: ['sent', 'given_up'], sent: [], given_up: [] },
} as const satisfies Record<string, Record<string, readonly string[]>>;

type Machine = keyof typeof transitions;
export type StateOf<M extends Machine> = keyof (typeof transitions)[M] & string;

export type LeaseState = StateOf<'lease'>;
export type SessionState = StateOf<'session'>;
export type HoldState = StateOf<'hold'>;
export type GrantRequestState = StateOf<'grant_request'>;
export type HostState = StateOf<'host'>;
export type DeviceState = StateOf<'device'>;

/** The states of one machine, in the order of the table: what an enum is built from. */
export function statesOf<M extends Machine>(machine: M): [StateOf<M>, ...StateOf<M>[]] {
  return Object.keys(transitions[machine]) as [StateOf<M>, ...StateOf<M>[]];
}

/** The states from which `to` can be reached in one step. */
export function statesBefore<M extends Machine>(machine: M, to: StateOf<M>): StateOf<M>[] {
  const table: Record<string, readonly string[]> = transitions[machine];
  return statesOf(machine).filter((from) => table[from]?.includes(to));
}
