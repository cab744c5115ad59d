import type { Ticks } from './money.ts';
import type { SessionState } from './state.ts';

/** The expected no, with the facts that explain it. Rendering is exhaustive over `kind`. */
export type Refusal =
  // what was typed
  | { kind: 'nothing_typed' }
  | { kind: 'unknown_command'; typed: string; commands: readonly string[] }
  | { kind: 'argument_missing'; command: string; argument: string; example: string }
  | { kind: 'argument_not_understood'; command: string; typed: string; example: string }
  | { kind: 'flag_unknown'; command: string; typed: string; flags: readonly string[] }
  | { kind: 'duration_not_understood'; typed: string }
  | { kind: 'unknown_image'; typed: string; offered: readonly string[] }
  // who asks
  | { kind: 'person_unknown'; platform: string; externalId: string }
  | { kind: 'not_allowed'; needs: 'holder or admin' | 'admin'; holder: string | null }
  | { kind: 'request_key_reused'; requestKey: string }
  // what there is
  | { kind: 'no_hosts_yet' }
  | { kind: 'unknown_device_type'; typed: string; offered: readonly string[] }
  | { kind: 'too_many_devices'; asked: number; deviceType: string; most: number }
  | { kind: 'none_free'; deviceType: string; deviceCount: number; estimatedAt: Date | null }
  | { kind: 'queue_full'; limit: number }
  // how long and for how much
  | { kind: 'lease_too_short'; askedSeconds: number; leastSeconds: number }
  | { kind: 'lease_too_long'; askedSeconds: number; mostSeconds: number }
  | {
      kind: 'short_balance';
      account: string;
      needed: Ticks;
      available: Ticks;
      /** What the available credits would pay for at this price and number of devices. */
      reachesSeconds: number;
    }
  // which session
  | { kind: 'no_session_of_yours' }
  | { kind: 'which_session'; names: readonly string[] }
  | { kind: 'unknown_session'; typed: string; living: readonly string[] }
  | { kind: 'session_over'; name: string; state: SessionState }
  /** The world moved on: a claim lapsed, a report came late. Never shown to people. */
  | { kind: 'stale' };

export type RefusalKind = Refusal['kind'];
