import type { EndReason } from './end-reason.ts';
import type { Platform } from './message.ts';
import type { Ticks } from './money.ts';
import type { DeviceSample, Image, SshAddress, StartProgress, Verdict } from './ports.ts';
import type {
  DeviceState,
  GrantRequestState,
  HoldState,
  HostState,
  LeaseState,
  SessionState,
} from './state.ts';

/** An admin of a team may end its sessions and decides on its credits. */
export type Role = 'admin';

/** Who asks, for this one request. */
export type Actor =
  | PersonActor
  /** Somebody whom nobody has introduced yet. */
  | { kind: 'stranger'; platform: Platform; externalId: string }
  | { kind: 'system'; name: string };

export type PersonActor = {
  kind: 'person';
  personId: string;
  name: string;
  /** In whose name, as the channel says; `roles` are those in this team. */
  teamId: string;
  team: string;
  roles: readonly Role[];
  /** Where it was asked. */
  platform: Platform;
  channel: string;
};

/** As a platform knows somebody: only members decide. */
export type Standing = 'member' | 'guest' | 'bot';

/** A person as a member of one team. */
export type Person = {
  id: string;
  name: string;
  teamId: string;
  team: string;
  roles: readonly Role[];
};

/** Available = posted − held, never below zero. The issuer and `spent` have no running balance. */
export type Account = {
  id: string;
  kind: 'issuer' | 'team' | 'person' | 'spent';
  name: string;
  posted: Ticks;
  held: Ticks;
  /** The part of `posted` that came as an allowance and is not used yet: it goes first. */
  expiring: Ticks;
};

/** An account and whose it is. */
export type OwnedAccount = Account & {
  personId: string | null;
  /** The team itself, or those that the person is in. */
  teamIds: readonly string[];
};

export type TransferKind =
  | 'grant'
  | 'charge'
  | 'give'
  | 'reward'
  | 'allowance'
  | 'expiry'
  | 'adjustment'
  | 'reversal';

export type Transfer = {
  id: string;
  number: number;
  kind: TransferKind;
  fromAccountId: string;
  toAccountId: string;
  amount: Ticks;
  reason: string;
};

export type GrantRequest = {
  id: string;
  teamId: string;
  /** Who asks. */
  personId: string;
  accountId: string;
  amount: Ticks;
  reason: string;
  state: GrantRequestState;
  /** Approvers who must agree. */
  approvalsNeeded: number;
  requestedAt: Date;
  validUntil: Date;
  decidedAt: Date | null;
  decidedBy: string | null;
  decisionReason: string | null;
  /** What was available when it had been granted. */
  availableAfter: Ticks | null;
  /** Where its message is. */
  channel: Channel;
};

/** A request with what a decision about it needs. */
export type GrantRequestFacts = {
  request: GrantRequest;
  account: Account;
  /** Name of the team that it was asked of. */
  team: string;
  /** Ids of the persons who decide on that team's credits. */
  approvers: readonly string[];
  /** In the order in which they agreed. */
  approvals: readonly { personId: string; at: Date }[];
};

export type Hold = { id: string; accountId: string; amount: Ticks; state: HoldState };

/** One GPU of a host, or one slot of a host without GPUs. */
export type Device = {
  id: string;
  hostId: string;
  uuid: string;
  index: number;
  type: string;
  model: string;
  memoryMib: number;
  state: DeviceState;
  /** The unended lease that has it. */
  leaseId: string | null;
  sample: DeviceSample | null;
};

export type Host = {
  id: string;
  name: string;
  state: HostState;
  simulated: boolean;
  /** Of its GPUs; null: it has none, or was never asked. */
  driver: string | null;
  /** When it last answered; null: never yet. */
  seenAt: Date | null;
  /** Why it, or its driver, could not be asked the last time; null when it answered. */
  fault: string | null;
  devices: readonly Device[];
};

export type Lease = {
  id: string;
  personId: string;
  /** In whose name: its limits hold, and its admins may end it. */
  teamId: string;
  accountId: string;
  /** As asked for: a type, a family or `any`. */
  deviceType: string;
  deviceCount: number;
  /** How long it may run once it is ready; extending adds to it. */
  leaseSeconds: number;
  /** Per device. While queued the dearest that could match, then that of the devices it got. */
  ticksPerSecond: Ticks;
  state: LeaseState;
  requestedAt: Date;
  activeAt: Date | null;
  /** Set when the container is ready: `leaseSeconds` after that. */
  until: Date | null;
  endedAt: Date | null;
  endReason: EndReason | null;
};

/** Where the public message of a session belongs. */
export type Channel = { platform: Platform; channel: string };

export type Session = {
  id: string;
  leaseId: string;
  name: string;
  state: SessionState;
  image: Image;
  channel: Channel;
  /** Jupyter's. */
  token: string;
  hostId: string | null;
  containerId: string | null;
  url: string | null;
  ssh: SshAddress | null;
  /** Ids of the holder's keys that its SSH server was told last; null: of none yet. */
  keyIds: readonly string[] | null;
  /** Whether its image checks itself before it is ready, and what that found. */
  check: boolean;
  verdict: Verdict | null;
  progress: StartProgress | null;
  /** One step at a time, whoever does it: the token guards its report, until `claimUntil`. */
  claimToken: string | null;
  claimUntil: Date | null;
  /** The start of the stretch in which it is ready, and the milliseconds of those before. */
  readySince: Date | null;
  readyMillis: number;
  /** The least warning threshold already given, in seconds before the end. */
  warnedSeconds: number | null;
  /** What the outside said when it failed; one line for the holder. */
  faultDetail: string | null;
};

/** A session with its lease, its hold and its people: what decisions about one session need. */
export type SessionFacts = {
  session: Session;
  lease: Lease;
  hold: Hold;
  account: Account;
  /** As a member of the lease's team. */
  holder: Person;
};
