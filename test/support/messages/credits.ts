import { renderBalance } from '../../../bot/render/balance.ts';
import { renderChannelLost } from '../../../bot/render/channel-lost.ts';
import {
  renderDecided,
  renderReasonAsked,
  renderRequest,
  renderRequested,
  renderVoted,
  renderVoteIgnored,
} from '../../../bot/render/request.ts';
import { renderStatement } from '../../../bot/render/statement.ts';
import { renderStatementFile } from '../../../bot/render/statement-file.ts';
import { renderReceived } from '../../../bot/render/transfer.ts';
import type { Message } from '../../../core/message.ts';
import { defaultApproval } from '../../../core/policy.ts';
import type { GrantRequestView } from '../../../core/view.ts';
import { noonPlus } from '../facts.ts';
import { aBalance, aLine, aStatement } from '../statement.ts';
import { noon } from '../world.ts';

const credit = 3_600_000n;

export function aRequest(facts: Partial<GrantRequestView> = {}): GrantRequestView {
  return {
    id: 'request-17',
    number: 17,
    teamId: 'lab',
    team: 'lab',
    personId: 'bob',
    requester: 'bob',
    accountId: 'account-1',
    account: { kind: 'team', name: 'lab' },
    amount: 200n * credit,
    reason: 'the *rebuttal* needs three more runs of train_large.py',
    state: 'pending',
    approvalsNeeded: 1,
    approvals: [],
    requestedAt: noon,
    validUntil: noonPlus(259_200),
    decidedAt: null,
    decidedBy: null,
    decider: null,
    decisionReason: null,
    availableAfter: null,
    channel: { platform: 'slack', channel: 'C1' },
    messageRef: null,
    ...facts,
  };
}

const alice = { personId: 'alice', name: 'alice', at: noon };
const approved = aRequest({
  state: 'approved',
  decidedAt: noonPlus(240),
  decidedBy: 'alice',
  decider: 'alice',
  approvals: [alice],
  availableAfter: 480n * credit,
});
const denied = aRequest({
  state: 'denied',
  decidedAt: noonPlus(240),
  decidedBy: 'alice',
  decider: 'alice',
  decisionReason: 'please wait for Monday',
});
const quorum = aRequest({ amount: 2000n * credit, approvalsNeeded: 2, approvals: [alice] });
const request = (facts: GrantRequestView) => renderRequest(facts, defaultApproval);

export const teamBalance = aBalance({
  posted: 480n * credit,
  held: 30n * credit,
  expiring: 100n * credit,
  holds: [
    { session: 'brave-otter', holder: 'bob', amount: 10n * credit },
    { session: 'calm-owl', holder: 'carol', amount: 20n * credit },
  ],
  chargedThisMonth: 61n * credit,
  chargedLastWeek: 140n * credit,
  openedAt: noonPlus(-2_000_000),
});
export const ownBalance = aBalance({ posted: 12n * credit });

const statement = aStatement({
  zone: 'Europe/Berlin',
  opening: 100n * credit,
  lines: [
    aLine({ number: 41, amount: 200n * credit, balanceAfter: 300n * credit, request: 17 }),
    aLine({
      number: 42,
      kind: 'charge',
      amount: -31_825_000n,
      balanceAfter: 300n * credit - 31_825_000n,
      session: 'brave-otter',
      person: 'bob',
    }),
    aLine({
      number: 43,
      kind: 'give',
      amount: -20n * credit,
      balanceAfter: 280n * credit - 31_825_000n,
      other: '田中さくら',
      reason: 'thanks for the data loaders, and for the long night before the deadline',
    }),
  ],
});

/** Requests and their decisions, balances and statements. */
export const creditMessages: Readonly<Record<string, Message>> = {
  'request-pending': request(aRequest()),
  'request-quorum': request(quorum),
  'request-approved': request(approved),
  'request-denied': request(denied),
  'request-asked': renderRequested(aRequest()),
  'request-counted': renderVoted(quorum, { kind: 'counted' }),
  'request-decided': renderDecided(denied),
  'request-reason': renderReasonAsked(denied),
  'request-vote-ignored': renderVoteIgnored(aRequest(), false),
  'credits-received': renderReceived({
    number: 44,
    kind: 'grant',
    fromAccountId: 'issuer',
    toAccountId: 'account-1',
    amount: 50n * credit,
    reason: 'for the demo',
    from: 'issuer',
    to: 'bob',
    actor: 'alice',
    at: noon,
  } as Parameters<typeof renderReceived>[0]),
  'channel-lost': renderChannelLost({ platform: 'slack', channel: 'C024BE7LR' }, aRequest()),
  balance: renderBalance(teamBalance, { besides: ownBalance, now: noon }),
  statement: renderStatement(statement),
  'statement-file': renderStatementFile(statement),
};
