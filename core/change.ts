import type { Lease, Session } from './entity.ts';
import type { Ticks } from './money.ts';
import type { DeviceState, LeaseState, SessionState } from './state.ts';

export type TransferKind = 'grant' | 'charge';

/** A message that we owe. What it says is rendered when it is delivered, from the facts of then. */
export type NoticeKind =
  | 'session_changed' // the session's own public message, posted or brought up to date
  | 'session_ready' // to the holder alone: the link
  | 'ending_soon' // to the holder alone, with a button to extend
  | 'session_ended'; // to the holder alone: why, and the receipt

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
  | { kind: 'settle_hold'; holdId: string; accountId: string; held: Ticks; charge: Ticks }
  | { kind: 'release_hold'; holdId: string; accountId: string; held: Ticks }
  | { kind: 'grant'; toAccountId: string; amount: Ticks; reason: string }
  | { kind: 'add_device'; device: NewDevice }
  | { kind: 'update_device'; deviceId: string; set: { index: number; state: DeviceState } }
  | { kind: 'notify'; notice: NoticeKind; sessionId: string };

type SessionPatch = Partial<
  Pick<
    Session,
    | 'hostId'
    | 'containerId'
    | 'url'
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
