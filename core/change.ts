import type { GrantRequest, Lease, Session, TransferKind } from './entity.ts';
import type { Platform } from './message.ts';
import type { Ticks } from './money.ts';
import type { DeviceState, GrantRequestState, LeaseState, SessionState } from './state.ts';
import type { SshKeyView } from './view.ts';

/** A message that we owe. What it says is rendered when it is delivered, from the facts of then. */
export type SessionNotice =
  | 'session_changed' // the session's own public message, posted or brought up to date
  | 'session_ready' // to the holder alone: the link
  | 'ending_soon' // to the holder alone, with a button to extend
  | 'session_ended' // to the holder alone: why, and the receipt
  | 'session_news'; // a line under the session's message: what happened
export type RequestNotice =
  | 'request_changed' // the request's message in the approvals channel
  | 'request_decided' // to whom asked: granted, denied or expired
  | 'denial_reason_asked' // to the approver who denied by a reaction: say why
  | 'vote_ignored' // to somebody whose reaction does not count
  | 'vote_too_late'; // to an approver who took back what was decided or counted already
type TransferNotice = 'credits_received'; // to whom was granted or given
type ChannelNotice = 'channel_lost'; // to an admin: a message could not be posted where it belongs
export type NoticeKind = SessionNotice | RequestNotice | TransferNotice | ChannelNotice;

/** What happened to a session, as it is said under its message. */
export type SessionNews =
  | { kind: 'extended'; by: string; seconds: number; until: Date | null }
  | { kind: 'warned'; seconds: number }
  | { kind: 'silent' }
  | { kind: 'answers' }
  | { kind: 'ended' };

/** Whom a notice about credits is for, alone; null: the channel's own message. */
export type NoticeTo =
  | { kind: 'person'; personId: string }
  | { kind: 'stranger'; externalId: string }
  | null;

/**
 * One thing that a decision wants changed. `apply` is the only place that writes them, and it
 * refuses a move that finds another state than `from`.
 */
export type Change =
  | { kind: 'add_lease'; lease: Lease; holdId: string; held: Ticks }
  | {
      kind: 'move_lease';
      leaseId: string;
      from: LeaseState;
      to: LeaseState;
      set: Partial<Pick<Lease, 'activeAt' | 'endedAt' | 'endReason' | 'ticksPerSecond'>>;
    }
  | {
      kind: 'update_lease';
      leaseId: string;
      set: Partial<Pick<Lease, 'leaseSeconds' | 'until' | 'endReason'>>;
    }
  | { kind: 'assign_devices'; leaseId: string; deviceIds: readonly string[] }
  | { kind: 'free_devices'; leaseId: string }
  | { kind: 'add_session'; session: Session }
  | {
      kind: 'move_session';
      sessionId: string;
      from: SessionState;
      to: SessionState;
      set: SessionPatch;
    }
  | { kind: 'update_session'; sessionId: string; set: SessionPatch }
  | { kind: 'grow_hold'; holdId: string; accountId: string; by: Ticks }
  /** The devices that it got are cheaper than those it might have got. */
  | { kind: 'shrink_hold'; leaseId: string; accountId: string; by: Ticks }
  /** The charge goes from the account to `spent`; the rest of the hold is available again. */
  | ({ kind: 'settle_hold'; leaseId: string; personId: string; charge: Ticks } & ClosedHold)
  /** Nothing is charged. `expired`: nobody ever used it. */
  | ({ kind: 'release_hold'; to: 'released' | 'expired' } & ClosedHold)
  | { kind: 'transfer'; transfer: NewTransfer }
  /** What of the account's credits is an allowance of this period. */
  | { kind: 'set_expiring'; accountId: string; expiring: Ticks }
  | { kind: 'add_request'; request: GrantRequest }
  | {
      kind: 'decide_request';
      requestId: string;
      to: GrantRequestState;
      set: Pick<GrantRequest, 'decidedAt' | 'decidedBy' | 'decisionReason' | 'availableAfter'>;
    }
  | { kind: 'explain_denial'; requestId: string; decisionReason: string }
  | { kind: 'add_approval' | 'remove_approval'; requestId: string; personId: string }
  | { kind: 'add_link_code'; personId: string; codeHash: string; validUntil: Date }
  /** The code is used up. */
  | { kind: 'add_identity'; personId: string; platform: Platform; externalId: string }
  | { kind: 'add_ssh_key'; personId: string; key: SshKeyView }
  | { kind: 'remove_ssh_key'; personId: string; keyId: string }
  | { kind: 'add_device'; device: NewDevice }
  | { kind: 'update_device'; deviceId: string; set: { index: number; state: DeviceState } }
  | { kind: 'notify'; notice: Exclude<SessionNotice, 'session_news'>; sessionId: string }
  | { kind: 'notify_news'; sessionId: string; news: SessionNews }
  | {
      kind: 'notify_request';
      notice: RequestNotice;
      requestId: string;
      platform: Platform;
      to: NoticeTo;
      /** Not said again under the same key. */
      onceKey: string | null;
    }
  | {
      kind: 'notify_transfer';
      notice: TransferNotice;
      transferId: string;
      platform: Platform;
      personId: string;
    };

type ClosedHold = { holdId: string; accountId: string; held: Ticks };

/** Of the two accounts only those with a running balance change: see `Account`. */
export type NewTransfer = {
  id: string;
  kind: Exclude<TransferKind, 'charge'>;
  from: { accountId: string } | 'issuer';
  to: { accountId: string } | 'issuer';
  amount: Ticks;
  reason: string;
  requestId?: string;
  reversesId?: string;
  period?: string;
};

type SessionPatch = Partial<
  Pick<
    Session,
    | 'hostId'
    | 'containerId'
    | 'url'
    | 'ssh'
    | 'keyIds'
    | 'verdict'
    | 'progress'
    | 'claimToken'
    | 'claimUntil'
    | 'readySince'
    | 'readyMillis'
    | 'warnedSeconds'
    | 'faultDetail'
  >
>;

type NewDevice = {
  id: string;
  hostId: string;
  uuid: string;
  index: number;
  type: string;
  model: string;
  memoryMib: number;
};
