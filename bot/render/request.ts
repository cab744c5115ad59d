import type { VoteResult } from '../../core/actions/vote.ts';
import { assert, unreachable } from '../../core/assert.ts';
import type { Message, MessageAction, MessagePart, Span, Text } from '../../core/message.ts';
import type { ApprovalPolicy } from '../../core/policy.ts';
import type { GrantRequestView } from '../../core/view.ts';
import { clock, code, inCredits, relative, sentence, strong } from './words.ts';

/** The request's own message in the approvals channel: first the question, then the record. */
export function renderRequest(request: GrantRequestView, approval: ApprovalPolicy): Message {
  const { number, requester, personId, amount, reason, state, approvalsNeeded } = request;
  const who: Span = { kind: 'mention', personId, name: requester };
  const asks: Text = [who, ' asks for ', strong(inCredits(amount)), ` for ${accountOf(request)}`];
  const title = `Request ${number}`;
  const question: MessagePart[] = [
    { kind: 'text', text: asks },
    { kind: 'text', text: [`“${reason}”`] },
  ];
  if (state !== 'pending')
    return {
      title: `${title}: ${state}`,
      tone: state === 'approved' ? 'good' : 'neutral',
      parts: [...question, { kind: 'text', text: capitalized(decisionWords(request)) }],
    };
  const agreed = request.approvals.map(({ name }) => name).join(', ');
  const missing = approvalsNeeded - request.approvals.length;
  const quorum =
    approvalsNeeded === 1
      ? []
      : [
          `${approvalsNeeded} approvers must agree. `,
          agreed === '' ? '' : `${agreed} did; ${missing} more to go. `,
        ];
  return {
    title,
    tone: 'progress',
    parts: [
      ...question,
      { kind: 'text', text: [...quorum, 'Open until ', clock(request.validUntil), '.'] },
      { kind: 'reactions', emojis: [approval.approveEmoji, approval.denyEmoji] },
      { kind: 'actions', actions: [approveAction(request), denyAction(request)] },
    ],
  };
}

/** To whom asked, alone. */
export function renderDecided(request: GrantRequestView): Message {
  const { number, state, amount } = request;
  const tone = state === 'approved' ? 'good' : 'warning';
  const lead = `Request ${number}, ${inCredits(amount)} for ${accountOf(request)}: `;
  return sentence(tone, lead, ...decisionWords(request));
}

/** To the approver who denied by an emoji, alone. */
export function renderReasonAsked(request: GrantRequestView): Message {
  const { number, requester } = request;
  const action: MessageAction = {
    ...denyAction(request),
    label: 'Say why',
    style: 'primary',
    asks: `Why? ${requester} will read it.`,
    settles: true,
  };
  return {
    title: `You denied request ${number}`,
    tone: 'neutral',
    parts: [
      {
        kind: 'text',
        text: [`${requester} would like to know why: `, code(`/gpu deny ${number} …`)],
      },
      { kind: 'actions', actions: [action] },
    ],
  };
}

/** To somebody whose emoji does not count, alone and once. */
export function renderVoteIgnored({ number, team }: GrantRequestView, isOwn: boolean): Message {
  const why = isOwn
    ? 'nobody decides on a request of their own'
    : `only approvers of ${team} decide`;
  return sentence('neutral', `Your reaction to request ${number} does not count: ${why}.`);
}

/** To somebody who would decide by a command or a button and may not, as the answer. */
export function renderNoApprover({ number, team }: GrantRequestView, isOwn: boolean): Message {
  if (!isOwn)
    return sentence('warning', `Only approvers of ${team} decide request ${number}: its admins.`);
  return sentence(
    'warning',
    `Request ${number} is your own: another approver of ${team} decides it. Take it back with `,
    code(`/gpu withdraw ${number}`),
  );
}

/** To an approver who was too late, alone. */
export function renderVoteTooLate(request: GrantRequestView): Message {
  const { number, state } = request;
  return sentence(
    'neutral',
    state === 'pending'
      ? `Your vote on request ${number} counts already, and can no longer be taken back. `
      : `That changes nothing: request ${number} is ${state} already. `,
    ...(state === 'approved'
      ? ['A wrong grant is taken back with ', code('/gpu reverse'), '.']
      : []),
  );
}

/** To whom asked, as the answer. */
export function renderRequested({ number, validUntil, ...request }: GrantRequestView): Message {
  const amount = inCredits(request.amount);
  return sentence(
    'progress',
    strong(`Request ${number}`),
    `: ${amount} for ${accountOf(request)}. The approvers are asked; it is open until `,
    clock(validUntil),
    '. Take it back with ',
    code(`/gpu withdraw ${number}`),
  );
}

/** To whom voted by a command or a button, as the answer. */
export function renderVoted(request: GrantRequestView, { kind }: VoteResult): Message {
  const { number, approvalsNeeded, approvals } = request;
  switch (kind) {
    case 'approved':
    case 'denied':
    case 'explained':
      return sentence('good', `Request ${number}: `, ...decisionWords(request));
    case 'counted':
      return sentence(
        'progress',
        `Your approval of request ${number} counts: ${approvals.length} of ${approvalsNeeded}.`,
      );
    case 'expired':
    case 'ignored':
      return sentence('neutral', `Request ${number} is ${request.state} already.`);
    default:
      return unreachable(kind);
  }
}

function decisionWords(request: GrantRequestView): Text {
  const { state, decider, decidedAt, decisionReason, availableAfter } = request;
  const when: Text = decidedAt === null ? [] : [', ', clock(decidedAt)];
  switch (state) {
    case 'pending':
      return ['open until ', relative(request.validUntil), '.'];
    case 'approved': {
      assert(availableAfter !== null, 'a grant leaves a balance');
      const by = request.approvals.map(({ name }) => name).join(' and ');
      const balance = `${request.account.name} now has ${inCredits(availableAfter)}.`;
      return ['granted by ', strong(by), ...when, `. ${balance}`];
    }
    case 'denied': {
      const why = decisionReason === null ? '.' : `: “${decisionReason}”`;
      return ['denied by ', strong(decider ?? ''), ...when, why];
    }
    case 'withdrawn':
      return [`withdrawn by ${decider}`, ...when, '.'];
    case 'expired':
      return ['nobody decided in time', ...when, '.'];
    default:
      return unreachable(state);
  }
}

function capitalized([first = '', ...rest]: Text): Text {
  if (typeof first !== 'string') return [first, ...rest];
  return [first.slice(0, 1).toUpperCase() + first.slice(1), ...rest];
}

function accountOf({
  account,
  requester,
}: Pick<GrantRequestView, 'account' | 'requester'>): string {
  return account.kind === 'person' ? `${requester}’s own account` : account.name;
}

function approveAction({ number }: GrantRequestView): MessageAction {
  const command = `approve ${number}`;
  return { label: 'Approve', command, style: 'primary', confirm: null, asks: null, settles: false };
}

/** For whom asked. */
export function withdrawAction({ number }: GrantRequestView): MessageAction {
  const confirm = `Take request ${number} back?`;
  const command = `withdraw ${number}`;
  return { label: 'Withdraw', command, style: 'danger', confirm, asks: null, settles: false };
}

function denyAction({ number }: GrantRequestView): MessageAction {
  const asks = `Why is request ${number} denied? (may be left empty)`;
  return {
    label: 'Deny',
    command: `deny ${number}`,
    style: 'danger',
    confirm: null,
    asks,
    settles: false,
  };
}
