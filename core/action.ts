import type { Change } from './change.ts';
import type {
  Account,
  Actor,
  GrantRequestFacts,
  Host,
  OwnedAccount,
  Person,
  SessionFacts,
  Transfer,
} from './entity.ts';
import type { Spending } from './limits.ts';
import type { Platform } from './message.ts';
import type { Policy } from './policy.ts';
import type { NewId } from './ports.ts';
import type { QueuedLease, RunningLease } from './queue.ts';
import type { Refusal } from './refusal.ts';
import type { SshKeyView } from './view.ts';

/**
 * The facts an action may ask for, in the order in which they are locked: every action takes its
 * row locks in this one order, so that two of them never wait for each other in a ring.
 */
export type FactTable = {
  /** One host with its devices, locked. */
  host: { ask: { hostId: string }; fact: Host | null };
  /**
   * All hosts, locked: whoever holds them alone decides who gets which device. With the line, who
   * waits is locked by way of the accounts that pay: nobody leaves meanwhile, or asks for longer.
   */
  fleet: { ask: { withLine: boolean }; fact: Fleet };
  /** A member of a team and the account that pays: the team's, or the person's own. Locked. */
  payer: {
    ask: { personId: string; teamId: string; own: boolean };
    fact: { person: Person; account: Account } | null;
  };
  /** Locked in the order of their ids; given in the order in which they were asked for. */
  accounts: { ask: readonly string[]; fact: readonly OwnedAccount[] };
  /** A transfer with the account whose balance it changed, locked. */
  transfer: {
    ask: { number: number };
    fact: { transfer: Transfer; account: OwnedAccount; isReversed: boolean } | null;
  };
  /** A grant request, locked, after the account that it asks for. */
  request: { ask: { requestId: string }; fact: GrantRequestFacts | null };
  /** One session with its lease and hold, locked, after the account that pays for it. */
  session: { ask: { sessionId: string }; fact: SessionFacts | null };
  /** What a person, and the team, spend and use at this moment. Read under the locks above. */
  spending: {
    ask: { of: { personId: string; teamId: string } | { sessionId: string }; at: Date };
    fact: Spending;
  };
  /** Ids of the persons who decide on the team's credits. */
  approvers: { ask: { teamId: string }; fact: readonly string[] };
  /** How many grant requests of that person are pending. The person is locked. */
  pendingRequests: { ask: { personId: string }; fact: number };
  /**
   * The SSH keys of a person, who is locked, oldest first; and the name of somebody else who has
   * the one that is to be added, which nobody adds meanwhile.
   */
  sshKeys: {
    ask: { personId: string; adding: string | null };
    fact: { own: readonly OwnSshKey[]; elsewhere: string | null };
  };
  /** Whose code it is, if it is still good; and whose the identity is that comes with it. */
  linkCode: {
    ask: { codeHash: string; platform: Platform; externalId: string };
    fact: { personId: string | null; takenBy: string | null };
  };
  /** Those of the names that a living session has. */
  takenNames: { ask: readonly string[]; fact: readonly string[] };
};

type OwnSshKey = Pick<SshKeyView, 'id' | 'name' | 'fingerprint'>;

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
