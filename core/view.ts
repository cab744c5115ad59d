import type { NoticeKind, NoticeTo, SessionNews } from './change.ts';
import type { EndReason } from './end-reason.ts';
import type { Account, Channel, GrantRequest, Transfer, TransferKind } from './entity.ts';
import type { MessageRef, Platform } from './message.ts';
import type { Ticks } from './money.ts';
import type { Times } from './period.ts';
import type { DeviceSample, SshAddress, StartProgress, Verdict } from './ports.ts';
import type { DeviceState, HostState, SessionState } from './state.ts';

/** A session as it is shown. `url` and `token` are for its holder's eyes only. */
export type SessionView = {
  id: string;
  name: string;
  state: SessionState;
  /** Waits in line for devices. */
  queued: boolean;
  holder: { personId: string; name: string };
  team: { id: string; name: string; zone: string };
  account: string;
  deviceType: string;
  deviceCount: number;
  devices: readonly DeviceView[];
  hostId: string | null;
  host: string | null;
  simulated: boolean;
  image: string;
  leaseSeconds: number;
  ticksPerSecond: Ticks;
  /** Set aside while it lives; 0 after. */
  held: Ticks;
  /** What was charged at the end; null before, and where nothing was. */
  charged: Ticks | null;
  requestedAt: Date;
  activeAt: Date | null;
  until: Date | null;
  endedAt: Date | null;
  endReason: EndReason | null;
  faultDetail: string | null;
  progress: StartProgress | null;
  readySince: Date | null;
  readyMillis: number;
  verdict: Verdict | null;
  url: string | null;
  ssh: SshAddress | null;
  /** Of the SSH keys that open it; null: none yet. */
  keyIds: readonly string[] | null;
  /** Null for all but the holder. */
  token: string | null;
  channel: Channel;
  messageRef: MessageRef | null;
};

export type DeviceView = {
  uuid: string;
  index: number;
  type: string;
  model: string;
  memoryMib: number;
  sample: DeviceSample | null;
};

/** A public key as its owner sees it. */
export type SshKeyView = {
  id: string;
  name: string;
  /** `SHA256:…`, as ssh-keygen prints it. */
  fingerprint: string;
  /** A line of `authorized_keys`. */
  publicKey: string;
  addedAt: Date;
};

/** What is free, in use and waiting, now. */
export type Board = {
  hosts: readonly BoardHost[];
  queue: readonly SessionView[];
};

export type BoardHost = {
  name: string;
  state: HostState;
  simulated: boolean;
  engine: string | null;
  driver: string | null;
  cuda: string | null;
  seenAt: Date | null;
  fault: string | null;
  devices: readonly (DeviceView & {
    state: DeviceState;
    /** The session that has it. */
    session: { name: string; holder: string; state: SessionState; until: Date | null } | null;
  })[];
};

export type Balance = {
  account: Account;
  /** That of the team, or of the person's own team. */
  zone: string;
  holds: readonly { session: string; holder: string; amount: Ticks }[];
  /** Charges of the current month in the owner's zone, and of the last seven days. */
  chargedThisMonth: Ticks;
  chargedLastWeek: Ticks;
  /** When the first transfer was made; null: none yet. */
  openedAt: Date | null;
};

/** Of a longer one nobody reads the end, and the process would have to hold it all at once. */
export const mostStatementLines = 10_000;

export type Statement = {
  account: Account;
  zone: string;
  during: Times;
  /** Posted before the first of the lines. */
  opening: Ticks;
  lines: readonly StatementLine[];
  /** Posted after the last of them. */
  closing: Ticks;
};

export type StatementLine = {
  number: number;
  at: Date;
  kind: TransferKind;
  /** Below zero: it left the account. */
  amount: Ticks;
  balanceAfter: Ticks;
  reason: string;
  /** The account at the other end. */
  other: string;
  /** Of a charge: the session, and who used it. */
  session: string | null;
  person: string | null;
  /** Who decided it: a person's name, or the part of Dibs. */
  actor: string;
  /** Of a reversal: the number of what it takes back. */
  reverses: number | null;
  /** Of a grant that was asked for: the number of the request. */
  request: number | null;
};

export type TransferView = Transfer & {
  at: Date;
  from: string;
  to: string;
  actor: string;
};

export type GrantRequestView = GrantRequest & {
  number: number;
  requester: string;
  account: { kind: Account['kind']; name: string };
  team: string;
  decider: string | null;
  approvals: readonly { personId: string; name: string; at: Date }[];
  messageRef: MessageRef | null;
};

/** Somebody with an account, as they are called. */
export type Payee = {
  kind: 'person' | 'team';
  name: string;
  accountId: string;
  personId: string | null;
  teamIds: readonly string[];
};

/** `about` is the id of a session, a grant request or a transfer, as `kind` says. */
export type Notice = {
  id: string;
  kind: NoticeKind;
  platform: Platform;
  about: string;
  /** Whom to tell, alone; null: whom the kind says. */
  to: NoticeTo;
  /** Of `session_news` alone. */
  news: SessionNews | null;
  attempts: number;
  revision: number;
};
