import type { EventView } from '../../core/audit.ts';
import { type EndReason, endReasons } from '../../core/end-reason.ts';
import { formatDuration } from '../duration.ts';
import { creditsOf } from './words.ts';

/** A decision in words, behind its actor's name: as it was made, and as it was wished for. */
export type Phrase = { did: string; wished: string };

export function phraseOf(event: EventView): Phrase {
  const phrase = phrases[event.action];
  const unnamed = event.action.replaceAll('_', ' ');
  return phrase ? phrase(event) : { did: `decided: ${unnamed}`, wished: unnamed };
}

/** By the name of the action. */
export const phrases: Readonly<Record<string, (event: EventView) => Phrase>> = {
  start(event) {
    const { deviceCount = 1, deviceType = 'device', leaseSeconds = 0, own } = event.input;
    const payer = own ? ', with own credits' : '';
    const what = `${deviceCount} × ${deviceType} for ${formatDuration(leaseSeconds)}${payer}`;
    return {
      did: `started ${event.session?.name ?? 'a session'}, ${what}`,
      wished: `start ${what}`,
    };
  },
  extend(event) {
    const what = `${sessionOf(event)} by ${formatDuration(event.input.addedSeconds ?? 0)}`;
    return { did: `extended ${what}`, wished: `extend ${what}` };
  },
  stop: (event) => both('stopped', 'stop', sessionOf(event)),
  quiet: (event) => both('silenced', 'silence', `the warnings of ${sessionOf(event)}`),
  expire: (event) =>
    event.outcome.kind === 'accepted' && event.outcome.result.kind === 'warning'
      ? both('warned', 'warn', `of the end of ${sessionOf(event)}`)
      : both('ended', 'end', `${sessionOf(event)}: its time was up`),
  expire_queued: (event) => both('ended', 'end', `the wait of ${sessionOf(event)}`),

  grant: (event) =>
    both('granted', 'grant', `${amountOf(event)} to ${accountOf(event)}${why(event)}`),
  give: (event) => both('gave', 'give', `${amountOf(event)} to ${accountOf(event)}${why(event)}`),
  adjust: (event) =>
    both('adjusted', 'adjust', `${accountOf(event)} by ${changeOf(event)}${why(event)}`),
  reverse(event) {
    const { kind, amount } = event.facts.transfer ?? {};
    const what = amount === undefined ? '' : `, ${kind} of ${creditsOf(amount)}`;
    const transfer = `transfer ${event.input.number ?? '?'}${what}`;
    return both('took back', 'take back', `${transfer}${why(event)}`);
  },
  pay_allowance(event) {
    const { period = '?' } = event.input;
    const expired =
      event.outcome.kind === 'accepted' && event.outcome.result.expired
        ? `; ${creditsOf(event.outcome.result.expired)} were left over and expired`
        : '';
    const what = `${accountOf(event)} the allowance for ${period}: ${amountOf(event)}${expired}`;
    return both('paid', 'pay', what);
  },

  request: (event) =>
    both('asked', 'ask', `for ${amountOf(event)} for ${accountOf(event)}${why(event)}`),
  vote: voteWords,
  take_vote_back(event) {
    const what = `the vote on ${requestOf(event)}`;
    const isTaken = event.outcome.kind === 'accepted' && event.outcome.result.kind === 'taken_back';
    const did = isTaken ? `took back ${what}` : `tried to take back ${what}, which changed nothing`;
    return { did, wished: `take back ${what}` };
  },
  withdraw: (event) => both('withdrew', 'withdraw', requestOf(event)),
  expire_request: (event) => both('ended', 'end', `${requestOf(event)}: nobody decided in time`),

  make_link_code: () => both('made', 'make', 'a code to link another identity'),
  link({ outcome }) {
    const person = outcome.kind === 'accepted' ? outcome.result.person : undefined;
    return both('became', 'become', `an identity of ${person ?? 'somebody'}`);
  },

  add_ssh_key: (event) => both('added', 'add', keyOf(event)),
  remove_ssh_key: (event) => both('removed', 'remove', keyOf(event)),

  claim: (event) =>
    both('took up', 'take up', `the ${event.input.step ?? 'step'} of ${sessionOf(event)}`),
  renew_claim: (event) => both('went on with', 'go on with', sessionOf(event)),
  release_claim: (event) => both('let go of', 'let go of', sessionOf(event)),
  report_ready: (event) => both('saw', 'see', `${sessionOf(event)} become ready`),
  report_start_failed: (event) =>
    both('gave up', 'give up', `${sessionOf(event)}: ${whyOf(event)}`),
  report_stopped: (event) => both('removed', 'remove', `the container of ${sessionOf(event)}`),
  report_keys: (event) =>
    both('brought', 'bring', `the SSH keys of ${sessionOf(event)} up to date`),
  report_ended: (event) => both('ended', 'end', `${sessionOf(event)}: ${whyOf(event)}`),
  pause_meter: (event) => both('paused', 'pause', `the meter of ${sessionOf(event)}`),
  resume_meter: (event) => both('resumed', 'resume', `the meter of ${sessionOf(event)}`),
  promote: () => both('placed', 'place', 'those who waited in line'),
  record_inventory: () => both('recorded', 'record', 'the devices of a host'),
};

function both(did: string, wished: string, what: string): Phrase {
  return { did: `${did} ${what}`, wished: `${wished} ${what}` };
}

/** With the reason that was given, where there is one. */
function why({ input: { reason } }: EventView): string {
  return reason ? `: ${reason}` : '';
}

function voteWords(event: EventView): Phrase {
  const request = requestOf(event);
  const wished = `${event.input.vote === 'deny' ? 'deny' : 'approve'} ${request}${why(event)}`;
  const kind = event.outcome.kind === 'accepted' ? event.outcome.result.kind : undefined;
  const amount = event.facts.request ? `, ${creditsOf(event.facts.request.amount)}` : '';
  switch (kind) {
    case 'approved':
      return { did: `granted ${request}${amount}`, wished };
    case 'counted':
      return { did: `agreed to ${request}${amount}`, wished };
    case 'denied':
      return { did: `denied ${request}${amount}${why(event)}`, wished };
    case 'explained':
      return { did: `said why ${request} was denied${why(event)}`, wished };
    case 'expired':
      return { did: `voted on ${request} too late: it expired`, wished };
    default:
      return { did: `voted on ${request}, which does not count`, wished };
  }
}

/** `bob’s brave-otter`, or `brave-otter` to its own holder. */
function sessionOf({ session, actor }: EventView): string {
  if (session === null) return 'a session';
  const isHolder = actor.kind === 'person' && actor.name === session.holder;
  return isHolder ? session.name : `${session.holder}’s ${session.name}`;
}

function requestOf({ request, actor }: EventView): string {
  if (request === null) return 'a request';
  const isRequester = actor.kind === 'person' && actor.name === request.requester;
  return isRequester
    ? `request ${request.number}`
    : `${request.requester}’s request ${request.number}`;
}

function keyOf({ input, outcome }: EventView): string {
  const { fingerprint = input.fingerprint } = outcome.kind === 'accepted' ? outcome.result : {};
  return fingerprint === undefined ? 'an SSH key' : `the SSH key ${fingerprint}`;
}

function accountOf({ account }: EventView): string {
  return account ?? 'an account';
}

function amountOf({ input: { amount = 0n } }: EventView): string {
  return creditsOf(amount);
}

function changeOf({ input: { amount = 0n } }: EventView): string {
  return amount < 0n ? `−${creditsOf(-amount)}` : `+${creditsOf(amount)}`;
}

function whyOf({ input: { reason } }: EventView): string {
  return reason !== undefined && reason in endReasons
    ? endReasons[reason as EndReason].words
    : 'it ended';
}
