import type { Actor } from './entity.ts';
import type { Spending } from './limits.ts';
import type { Ticks } from './money.ts';
import type { Refusal } from './refusal.ts';
import type { GrantRequestState } from './state.ts';

/** What the self-check recomputes, and in what it counts. */
export const bookFigures = {
  'sum of the book': 'ticks',
  posted: 'ticks',
  held: 'ticks',
  /** What is left of an account's allowance. */
  expiring: 'ticks',
  charge: 'ticks',
  hold: 'ticks',
  'charge over hold': 'ticks',
  grant: 'ticks',
  /** What a transfer may move between its two accounts, by its kind and by what it is for. */
  movement: 'ticks',
  reversal: 'ticks',
  devices: 'count',
  'unended lease': 'count',
  approvals: 'count',
  /** The accepted decision that a transfer follows from. */
  decision: 'count',
} as const;

export type BookFigure = keyof typeof bookFigures;

/** A recorded figure that is not what it follows from. */
export type BookDifference = {
  /** The name of an account or a session, `request 17`, `transfer 1204`, or `all`. */
  of: string;
  figure: BookFigure;
  /** In ticks or a count, as `bookFigures` says. */
  recorded: bigint;
  recomputed: bigint;
};

/** How much the self-check looks at. */
export type BookSize = { accounts: number; transfers: number; sessions: number; requests: number };

/** Narrows the audit; null: whatever. */
export type EventsAsked = {
  /** What was done in this team's name, or about its people, sessions and requests. */
  teamId: string;
  personId: string | null;
  /** A session or a grant request. */
  about: string | null;
  /** Only those before the event of this id. */
  before: string | null;
  limit: number;
};

/**
 * Decisions of the loops that follow from others and change no credits: left out of the audit,
 * unless it is asked for one session.
 */
export const routineActions: readonly string[] = [
  'claim',
  'renew_claim',
  'release_claim',
  'pause_meter',
  'resume_meter',
  'promote',
  'record_inventory',
  'report_ready',
  'report_stopped',
  'report_keys',
];

/** One decision: who asked what, when, from where, decided on which facts, and how. */
export type EventView = {
  id: string;
  at: Date;
  actor: EventActor;
  action: string;
  input: EventInput;
  facts: EventFacts;
  outcome: { kind: 'accepted'; result: EventResult } | { kind: 'refused'; refusal: Refusal };
  /** What it is about, as it is called. */
  session: { id: string; name: string; holder: string } | null;
  request: { id: string; number: number; requester: string } | null;
  /** The account whose credits it moves, or the one that gets them. */
  account: string | null;
};

/** Of people of earlier versions nobody noted where they asked. */
export type EventActor =
  | (Pick<Extract<Actor, { kind: 'person' }>, 'kind' | 'personId' | 'name'> & {
      team: string | null;
      platform: string | null;
      channel: string | null;
    })
  | Extract<Actor, { kind: 'stranger' | 'system' }>;

/** Of the inputs of all actions what people may read: no token, no code, no way in. */
export type EventInput = Known<{
  deviceType: string;
  deviceCount: number;
  leaseSeconds: number;
  addedSeconds: number;
  own: boolean;
  amount: Ticks;
  carryOver: Ticks;
  period: string;
  reason: string;
  number: number;
  vote: 'approve' | 'deny';
  by: 'reaction' | 'command';
  step: string;
  /** Of the SSH key that was to be added. */
  fingerprint: string;
}>;

/** What of the book it was decided on, as it was then. */
export type EventFacts = Known<{
  accounts: readonly { name: string; posted: Ticks; held: Ticks }[];
  spending: Spending;
  request: {
    state: GrantRequestState;
    amount: Ticks;
    reason: string;
    approvalsNeeded: number;
    approvals: readonly { personId: string; at: Date }[];
  };
  /** Ids of those who may decide. */
  approvers: readonly string[];
  pendingRequests: number;
  transfer: { number: number; kind: string; amount: Ticks; reason: string };
}>;

/** What came of it, likewise. */
type EventResult = Known<{
  kind: string;
  name: string;
  expired: Ticks;
  /** Of the SSH key that was added or removed. */
  fingerprint: string;
  /** Who an identity was joined to. */
  person: string;
}>;

/** What is not said is not there, or was not noted then. */
type Known<Members> = { [K in keyof Members]?: Members[K] | undefined };
