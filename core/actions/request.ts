import { accept, action, type Decision, refuse } from '../action.ts';
import { assert } from '../assert.ts';
import type { Channel, GrantRequest } from '../entity.ts';
import type { Ticks } from '../money.ts';
import { teamPolicyOf } from '../policy.ts';

export type RequestInput = {
  /** The team's account, or the person's own. */
  accountId: string;
  amount: Ticks;
  reason: string;
  /** Where it was asked; the message goes there unless the team has a place for approvals. */
  channel: Channel;
};

/** Asks the approvers of one's team for credits. The request has the id of its event. */
export const request = action({
  name: 'request',
  needs: ({ accountId }: RequestInput, { actor }) => {
    assert(actor.kind === 'person', 'people ask for credits');
    const { teamId, personId } = actor;
    return { accounts: [accountId], approvers: { teamId }, pendingRequests: { personId } };
  },
  decide: (facts, input, moment): Decision<{ requestId: string }> => {
    const {
      accounts: [account],
      approvers,
      pendingRequests,
    } = facts;
    const { actor, now, eventId, policy } = moment;
    assert(account && actor.kind === 'person', 'people ask for an account that exists');
    const { personId, teamId, team } = actor;
    assert(
      account.personId === personId ||
        (account.kind === 'team' && account.teamIds.includes(teamId)),
      'people ask for themselves or for their team',
    );
    const limit = policy.pendingRequestLimit;
    if (pendingRequests >= limit) return refuse({ kind: 'too_many_requests', limit });
    const { approval } = teamPolicyOf(policy, team);
    const isLarge = approval.quorumAbove !== null && input.amount > approval.quorumAbove;
    const approvalsNeeded = isLarge ? 2 : 1;
    const there = approvers.filter((approver) => approver !== personId).length;
    if (there < approvalsNeeded)
      return refuse({ kind: 'too_few_approvers', team, needed: approvalsNeeded, there });
    const { amount, reason, accountId } = input;
    const asked: GrantRequest = {
      id: eventId,
      teamId,
      personId,
      accountId,
      amount,
      reason,
      state: 'pending',
      approvalsNeeded,
      requestedAt: now,
      validUntil: new Date(now.getTime() + approval.validSeconds * 1000),
      decidedAt: null,
      decidedBy: null,
      decisionReason: null,
      availableAfter: null,
      channel: approval.channel ?? input.channel,
    };
    return accept(
      { requestId: eventId },
      { kind: 'add_request', request: asked },
      requestChanged(asked),
    );
  },
});

/** The request's own message is posted, or brought up to date. */
export function requestChanged({ id, channel }: Pick<GrantRequest, 'id' | 'channel'>) {
  const { platform } = channel;
  const about = { kind: 'notify_request', notice: 'request_changed', requestId: id } as const;
  return { ...about, platform, to: null, onceKey: null };
}
