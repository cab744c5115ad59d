import type { Ticks } from './money.ts';
import type { SpendingPeriod } from './policy.ts';
import type { Image } from './ports.ts';
import type { GrantRequestState, SessionState } from './state.ts';

/** The expected no, with the facts that explain it. Rendering is exhaustive over `kind`. */
export type Refusal =
  // what was typed
  | { kind: 'nothing_typed' }
  | { kind: 'unknown_command'; typed: string; commands: readonly string[] }
  | { kind: 'argument_missing'; command: string; argument: string; example: string }
  | { kind: 'argument_not_understood'; command: string; typed: string; example: string }
  | { kind: 'flag_unknown'; command: string; typed: string; flags: readonly string[] }
  | { kind: 'duration_not_understood'; typed: string }
  /** `meant`: what it is near to, as its own name. */
  | { kind: 'unknown_image'; typed: string; offered: readonly string[]; meant: string | null }
  | { kind: 'amount_not_understood'; typed: string }
  | { kind: 'reason_too_long'; characters: number; most: number }
  | { kind: 'unknown_payee'; typed: string; known: readonly string[] }
  | { kind: 'period_not_understood'; typed: string }
  | { kind: 'unknown_subject'; typed: string }
  | { kind: 'statement_too_long'; most: number }
  // who asks
  | { kind: 'person_unknown'; platform: string; externalId: string }
  | { kind: 'not_allowed'; needs: 'holder or admin' | 'holder' | 'admin'; holder: string | null }
  /** Who is no member of the workspace itself spends none of its credits. */
  | { kind: 'guests_refused'; command: string }
  | { kind: 'account_of_others'; whose: 'person' | 'team'; name: string }
  | { kind: 'link_code_wrong' }
  | { kind: 'identity_taken'; platform: string }
  | { kind: 'request_key_reused'; requestKey: string }
  // what there is
  | { kind: 'no_hosts_yet' }
  | { kind: 'unknown_device_type'; typed: string; offered: readonly string[] }
  | { kind: 'too_many_devices'; asked: number; deviceType: string; most: number }
  /** Its image has no SSH server. */
  | { kind: 'no_ssh'; name: string; image: string }
  /** Nor has anything that is only simulated. */
  | { kind: 'no_ssh_simulated'; name: string }
  /** It can compute on none of the devices that were asked for; those images could. */
  | {
      kind: 'image_cannot_run';
      image: string;
      cuda: string;
      compute: Image['compute'];
      leastDriver: string | null;
      obstacles: readonly {
        host: string;
        driver: string | null;
        type: string;
        why: 'driver' | 'generation';
      }[];
      images: readonly string[];
    }
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
  | {
      kind: 'spending_limit';
      period: SpendingPeriod;
      limit: Ticks;
      charged: Ticks;
      held: Ticks;
      needed: Ticks;
      resetsAt: Date;
    }
  | { kind: 'device_limit'; whose: 'person' | 'team'; limit: number; used: number; asked: number }
  // credits that are moved by hand
  | { kind: 'too_little_available'; account: string; needed: Ticks; available: Ticks }
  /** Nobody decides on credits of their own. */
  | { kind: 'own_credits' }
  /** More than one approver may give alone. */
  | { kind: 'quorum_needed'; above: Ticks }
  | { kind: 'too_few_approvers'; team: string; needed: number; there: number }
  | { kind: 'too_many_requests'; limit: number }
  | { kind: 'unknown_request'; typed: string }
  | { kind: 'request_of_another' }
  | { kind: 'request_decided'; state: GrantRequestState }
  | { kind: 'unknown_transfer'; typed: string }
  | { kind: 'not_reversible'; number: number; why: 'its kind' | 'already reversed' }
  // SSH keys
  /** Where others may see it, and where it is not wanted. */
  | { kind: 'private_key_shown' }
  | { kind: 'unknown_key_verb'; typed: string }
  | { kind: 'public_key_not_understood'; why: PublicKeyFlaw }
  | { kind: 'ssh_key_refused'; type: string; why: 'certificate' | 'weak' | 'unknown' }
  | { kind: 'ssh_key_known'; name: string }
  | { kind: 'ssh_key_of_another'; person: string }
  | { kind: 'too_many_ssh_keys'; limit: number }
  | { kind: 'unknown_ssh_key'; typed: string; known: readonly string[] }
  // which session
  | { kind: 'no_session_of_yours' }
  | { kind: 'which_session'; names: readonly string[] }
  | { kind: 'unknown_session'; typed: string; living: readonly string[] }
  | { kind: 'session_over'; name: string; state: SessionState }
  | { kind: 'not_ready'; name: string }
  /** The world moved on: a claim lapsed, a report came late. Never shown to people. */
  | { kind: 'stale' };

export type RefusalKind = Refusal['kind'];

/** What is wrong with a line that should be a public key. */
export type PublicKeyFlaw =
  | 'missing' // no key in it
  | 'path' // where the key is
  | 'format' // that of another program
  | 'options' // something stands before it
  | 'damaged' // cut off, or changed on its way
  | 'mismatch' // it says that it is of another kind than it is
  | 'several';
