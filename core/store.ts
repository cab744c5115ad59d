import type { Found, SessionActivity } from './access.ts';
import type { Fleet, Perform } from './action.ts';
import type { BookDifference, BookSize, EventsAsked, EventView } from './audit.ts';
import type { Delivery, KeptDelivery } from './delivery.ts';
import type { Channel, Person, Role } from './entity.ts';
import type { Spending } from './limits.ts';
import type { MessageRef, Platform } from './message.ts';
import type { Ticks } from './money.ts';
import type { Period } from './period.ts';
import type { ContainerSpec, Inventory, StartProgress } from './ports.ts';
import type { RecordedSession } from './reconcile.ts';
import type { Secret } from './secret.ts';
import type {
  Balance,
  Board,
  GrantRequestView,
  Notice,
  Payee,
  SessionView,
  SshKeyView,
  Statement,
  TransferView,
} from './view.ts';

/**
 * The port to Postgres. State changes through `perform` alone; what begins with `note` keeps
 * observations (figures, progress, addresses of messages), which no decision is taken back for.
 */
export type Store = {
  perform: Perform;

  /** Makes teams, people and hosts as configured; what exists is brought up to date. */
  setUp(site: Site): Promise<SetUp>;

  /** As a member of the team whose channel it is, else of their own. */
  personOf(platform: Platform, externalId: string, channel: string): Promise<Person | null>;
  personOfToken(hash: string): Promise<Person | null>;
  /** A person has one token: an earlier one ends. */
  addToken(personId: string, hash: string): Promise<void>;
  /** Where to reach a person: on that platform if it is among these, else on another of them. */
  addressOf(
    personId: string,
    preferred: Platform,
    reachable: readonly Platform[],
  ): Promise<{ platform: Platform; externalId: string } | null>;
  /** Whom credits can be moved to or from, and whose balance can be asked for, by name. */
  payees(): Promise<Payee[]>;
  /** Of those who are members by a group, and known on that platform. */
  membershipsOn(platform: Platform): Promise<Membership[]>;
  /** Whoever is or was called so, also who is no longer configured. */
  personNamed(name: string): Promise<{ personId: string; name: string } | null>;

  /** Whether a request with this key was decided, in whichever way. */
  isDecided(requestKey: string): Promise<boolean>;
  /** The session that a request with this key was about, if there was one. */
  sessionOfRequest(requestKey: string): Promise<SessionView | null>;
  sessionById(sessionId: string): Promise<SessionView | null>;
  /** The living one of that name, else the one that ended last. */
  sessionByName(name: string): Promise<SessionView | null>;
  livingSessions(of: { personId?: string; teamId?: string }): Promise<SessionView[]>;
  board(): Promise<Board>;
  /** Unlocked, for estimates. */
  fleet(): Promise<Fleet>;
  /** Unlocked, for estimates: what a person, and the team, spend and use now. */
  spendingOf(of: { personId: string; teamId: string }): Promise<Spending>;
  balanceOf(accountId: string): Promise<Balance>;
  /** What moved on an account in a period of its zone; null: more than `mostStatementLines`. */
  statementOf(accountId: string, period: Period): Promise<Statement | null>;
  transferById(transferId: string): Promise<TransferView | null>;
  /** Recomputes every account and charge from what they follow from. Empty: the book adds up. */
  checkBook(): Promise<BookDifference[]>;
  bookSize(): Promise<BookSize>;
  /** The audit, latest first. */
  events(asked: EventsAsked): Promise<EventView[]>;
  /** Of the allowances that an account had, the latest period of each form. */
  allowancePeriods(accountId: string): Promise<string[]>;

  requestById(requestId: string): Promise<GrantRequestView | null>;
  requestByNumber(number: number): Promise<GrantRequestView | null>;
  requestOfMessage(platform: Platform, ref: MessageRef): Promise<GrantRequestView | null>;
  /** Those that are pending, oldest first. */
  pendingRequests(teamId: string): Promise<GrantRequestView[]>;
  /** Ids of requests that nobody decided by then. */
  requestsValidUntil(at: Date): Promise<string[]>;
  noteRequestMessage(requestId: string, ref: MessageRef): Promise<void>;

  /** Of a person, oldest first. */
  sshKeysOf(personId: string): Promise<SshKeyView[]>;
  /** Where the proxy finds the session of that name. */
  routeOf(name: string): Promise<Found>;
  /** True the first time that this link is followed. */
  useLink(link: { id: string; validUntil: Date }): Promise<boolean>;
  /** What the proxy of one process counted: its last word on each of the sessions. */
  noteActivity(processId: string, activity: readonly SessionActivity[]): Promise<void>;
  /** By the proxies of all processes together; null: nobody came in by one yet. */
  activityOf(sessionId: string): Promise<SessionActivity | null>;

  recordedSessions(hostId: string): Promise<RecordedSession[]>;
  /** Sessions whose end or next warning is near enough to look at. */
  sessionsEndingBefore(at: Date): Promise<EndingSession[]>;
  /** Ids of sessions that have waited in line since then or longer. */
  sessionsQueuedBefore(at: Date): Promise<string[]>;
  /** What to start for a session whose lease has devices. */
  containerSpec(sessionId: string): Promise<ContainerSpec | null>;
  /** When the host was last seen, as recorded by whichever process. */
  hostSeenAt(hostId: string): Promise<Date | null>;
  noteSeen(hostId: string, at: Date, inventory: Inventory | null): Promise<void>;
  noteUnreachable(hostId: string, fault: string): Promise<void>;
  /** The figures in the messages of the host's running sessions are brought up to date. */
  refreshMessages(hostId: string): Promise<void>;
  /** Kept only while the claim holds; the session's message follows. */
  noteProgress(sessionId: string, token: string, progress: StartProgress): Promise<void>;

  /**
   * Takes due notices out of others' sight for `seconds`: those for these platforms, and those for
   * the API, which has no chat and wants none.
   */
  claimNotices(asked: {
    platforms: readonly Platform[];
    limit: number;
    seconds: number;
    /** Least time between two edits of one message, where the platform wants any. */
    editSeconds: Readonly<Partial<Record<Platform, number>>>;
  }): Promise<Notice[]>;
  noteSent(notice: Notice): Promise<void>;
  /** Due again after that many seconds; null: given up. */
  noteUnsent(notice: Notice, retrySeconds: number | null): Promise<void>;
  /** Due again after that many seconds, as if it had not been tried: the chat did not take it. */
  noteUntried(notice: Notice, retrySeconds: number): Promise<void>;
  noteMessageRef(sessionId: string, ref: MessageRef): Promise<void>;
  /** The admins of its team are told, once a day for each channel. */
  noteChannelLost(notice: Notice, channel: Channel): Promise<void>;

  /** Keeps it for `seconds` as this process's own. False: it is there already. */
  keepDelivery(delivery: Delivery, kept: { keptAt: Date; seconds: number }): Promise<boolean>;
  /** Takes those that no process has any more, oldest first, of each line only the first. */
  claimDeliveries(asked: {
    platforms: readonly Platform[];
    limit: number;
    seconds: number;
  }): Promise<KeptDelivery[]>;
  noteAnswered(requestKey: string): Promise<void>;
  noteUnanswered(
    requestKey: string,
    again: {
      retrySeconds: number;
      /** It was done, so that the same said again is something else. */
      isDone: boolean;
      /** As an attempt: it was our own failure, and not that of the chat. */
      isCounted: boolean;
    },
  ): Promise<void>;
  /** What was kept at that moment came too late to be of use. */
  dropDelivery(requestKey: string, keptAt: Date): Promise<void>;
  /** Second deliveries of those are no longer told from new ones. */
  forgetDeliveries(answeredBefore: Date): Promise<void>;

  ping(): Promise<void>;
  close(): Promise<void>;
};

export type EndingSession = {
  sessionId: string;
  until: Date | null;
  leaseSeconds: number;
  warnedSeconds: number | null;
};

export type Site = {
  teams: readonly {
    name: string;
    zone: string;
    /** Commands given there are in this team's name. */
    channels: readonly Channel[];
    people: readonly {
      name: string;
      roles: readonly Role[];
      identities: readonly { platform: Platform; externalId: string }[];
    }[];
    /** By a user group. Absent: nobody. */
    joined?: readonly Joined[];
  }[];
  /** `address`: of the engine, by which a host is known again. */
  hosts: readonly { name: string; address: string; simulated: boolean }[];
};

/** Known by their identity alone; new ones get a name like their handle there, and keep it. */
export type Joined = {
  platform: Platform;
  externalId: string;
  handle: string;
  roles: readonly Role[];
  /** Where people are known by the name that they have here. */
  knownByName: readonly Platform[];
};

/** A member of a team, with one of their identities on a platform. */
export type Membership = {
  team: string;
  name: string;
  externalId: string;
  roles: readonly Role[];
};

export type SetUp = {
  installationId: string;
  /** For links and cookies, the same for all processes. */
  signingKey: Secret;
  teams: readonly { name: string; teamId: string; accountId: string; posted: Ticks }[];
  /** Also those that are no longer configured and still have sessions. */
  hosts: readonly { hostId: string; name: string; configured: boolean }[];
};
