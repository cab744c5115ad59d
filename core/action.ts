import type { Change } from './change.ts';
import type { Account, Actor, Host, Person, SessionFacts } from './entity.ts';
import type { Policy } from './policy.ts';
import type { NewId } from './ports.ts';
import type { QueuedLease, RunningLease } from './queue.ts';
import type { Refusal } from './refusal.ts';

/**
 * The facts an action may ask for, in the order in which they are locked: every action takes its
 * row locks in this one order, so that two of them never wait for each other in a ring.
 */
export type FactTable = {
  /** One host with its devices, locked. */
  host: { ask: { hostId: string }; fact: Host | null };
  /** All hosts, locked: whoever holds them alone decides who gets which device. */
  fleet: { ask: true; fact: Fleet };
  /** The account that pays for a person: that of the team. Locked. */
  payer: { ask: { personId: string }; fact: { person: Person; account: Account } | null };
  account: { ask: { accountId: string }; fact: Account | null };
  /** One session with its lease and hold, locked, after the account that pays for it. */
  session: { ask: { sessionId: string }; fact: SessionFacts | null };
  /** Those of the names that a living session has. */
  takenNames: { ask: readonly string[]; fact: readonly string[] };
};

export type Fleet = {
  hosts: readonly Host[];
  /** In the order in which they came. */
  queue: readonly QueuedLease[];
  running: readonly RunningLease[];
};

export type Needs = { [K in keyof FactTable]?: FactTable[K]['ask'] };
export type FactsFor<N extends Needs> = { [K in keyof N & keyof FactTable]: FactTable[K]['fact'] };

/** The one moment in which a decision is made. */
export type Moment = {
  now: Date;
  actor: Actor;
  policy: Policy;
  /** The id of the event that this decision leaves. */
  eventId: string;
  newId: NewId;
  /** Unguessable, fit for a URL. */
  newSecret: () => string;
};

/** One asking. The same key with the same input is answered the same again. */
export type Request<Input> = { requestKey: string; actor: Actor; input: Input };

export type Outcome<Result> =
  | { kind: 'accepted'; result: Result }
  | { kind: 'refused'; refusal: Refusal };

/** The one way in which state changes. */
export type Perform = <Input, Result, N extends Needs>(
  action: Action<Input, Result, N>,
  request: Request<Input>,
) => Promise<Outcome<Result>>;

export type Decision<Result> =
  | { kind: 'accepted'; changes: Change[]; result: Result }
  | { kind: 'refused'; refusal: Refusal };

export type Action<Input, Result, N extends Needs> = {
  name: string;
  needs: (input: Input, moment: Moment) => N;
  decide: (facts: FactsFor<N>, input: Input, moment: Moment) => Decision<Result>;
};

/** Only for its types: facts follow from needs. */
export function action<Input, Result, N extends Needs>(
  definition: Action<Input, Result, N>,
): Action<Input, Result, N> {
  return definition;
}

export function accept<Result>(result: Result, ...changes: Change[]): Decision<Result> {
  return { kind: 'accepted', changes, result };
}

export function refuse(refusal: Refusal): { kind: 'refused'; refusal: Refusal } {
  return { kind: 'refused', refusal };
}
