import { accept, action, type Decision, type Moment, refuse } from '../action.ts';
import type { Change } from '../change.ts';
import type { Actor, GrantRequestFacts, PersonActor, Standing } from '../entity.ts';
import { type ApprovalPolicy, teamPolicyOf } from '../policy.ts';
import { requestChanged } from './request.ts';

export type VoteInput = {
  requestId: string;
  vote: 'approve' | 'deny';
  /** By a reaction, or by a command or button, whose asker gets an answer anyway. */
  by: 'reaction' | 'command';
  /** What the platform says of who reacts. */
  standing: Standing;
  /** Why, for a denial. */
  reason: string | null;
};

export type VoteResult = {
  /** `counted`: another approver is needed; `ignored`: does not count, or changes nothing. */
  kind: 'approved' | 'denied' | 'counted' | 'explained' | 'expired' | 'ignored';
};

/** What an emoji under a request means, in whatever colour it is pressed. */
export function voteOf(
  emoji: string,
  { approveEmoji, denyEmoji }: Pick<ApprovalPolicy, 'approveEmoji' | 'denyEmoji'>,
): VoteInput['vote'] | null {
  if (plainEmoji(emoji) === plainEmoji(approveEmoji)) return 'approve';
  return plainEmoji(emoji) === plainEmoji(denyEmoji) ? 'deny' : null;
}

/** Without skin tone and without the mark that asks for the coloured form. */
function plainEmoji(emoji: string): string {
  return emoji.replace(/\p{Emoji_Modifier}|\uFE0F/gu, '');
}

/** An approver's yes or no on a request for credits. */
export const vote = action({
  name: 'vote',
  needs: ({ requestId }: VoteInput) => ({ request: { requestId } }),
  decide: ({ request: facts }, input, moment): Decision<VoteResult> => {
    if (facts === null) return refuse({ kind: 'unknown_request', typed: input.requestId });
    const { actor } = moment;
    if (!decidesOn(facts, actor, input.standing)) return ignore(facts, input, moment);
    const { request } = facts;
    if (request.state === 'pending' && request.validUntil <= moment.now)
      return accept({ kind: 'expired' }, ...expireRequest(facts, moment));
    if (request.state !== 'pending') return voteOnDecided(facts, input, { ...moment, actor });
    return input.vote === 'deny'
      ? deny(facts, input, { ...moment, actor })
      : approve(facts, { ...moment, actor });
  },
});

/** An approver takes a reaction back: in time and before it has decided, it does not count. */
export const takeVoteBack = action({
  name: 'take_vote_back',
  needs: ({ requestId }: { requestId: string; vote: VoteInput['vote'] }) => ({
    request: { requestId },
  }),
  decide: ({ request: facts }, { requestId, vote: taken }, moment): Decision<TakenBack> => {
    const { actor } = moment;
    if (facts === null || actor.kind !== 'person') return accept('nothing_to_take_back');
    const { request, approvals, team } = facts;
    const { personId, platform } = actor;
    const own = approvals.find((approval) => approval.personId === personId);
    const decided = request.decidedBy === personId;
    const counted = taken === 'approve' ? own !== undefined : decided && request.state === 'denied';
    if (!counted) return accept('nothing_to_take_back');
    const { takeBackSeconds } = teamPolicyOf(moment.policy, team).approval;
    const isInTime =
      own !== undefined && moment.now.getTime() - own.at.getTime() <= takeBackSeconds * 1000;
    if (request.state === 'pending' && isInTime)
      return accept(
        'taken_back',
        { kind: 'remove_approval', requestId, personId },
        requestChanged(request),
      );
    const to = { kind: 'person', personId } as const;
    const notice = { kind: 'notify_request', notice: 'vote_too_late', requestId } as const;
    return accept('too_late', { ...notice, platform, to, onceKey: null });
  },
});

export type TakenBack = 'taken_back' | 'too_late' | 'nothing_to_take_back';

/** Ends a request that nobody decided in time. */
export const expireRequestAction = action({
  name: 'expire_request',
  needs: (input: { requestId: string }) => ({ request: input }),
  decide: ({ request: facts }, _input, moment): Decision<null> => {
    if (facts?.request.state !== 'pending' || facts.request.validUntil > moment.now)
      return refuse({ kind: 'stale' });
    return accept(null, ...expireRequest(facts, moment));
  },
});

/** Whoever asked takes it back. */
export const withdraw = action({
  name: 'withdraw',
  needs: (input: { requestId: string }) => ({ request: input }),
  decide: ({ request: facts }, { requestId }, moment): Decision<null> => {
    if (facts === null) return refuse({ kind: 'unknown_request', typed: requestId });
    const { request } = facts;
    if (moment.actor.kind !== 'person' || moment.actor.personId !== request.personId)
      return refuse({ kind: 'request_of_another' });
    if (request.state !== 'pending')
      return refuse({ kind: 'request_decided', state: request.state });
    const set = { ...undecided, decidedAt: moment.now, decidedBy: request.personId };
    return accept(
      null,
      { kind: 'decide_request', requestId, to: 'withdrawn', set },
      requestChanged(request),
    );
  },
});

const undecided = { decidedBy: null, decisionReason: null, availableAfter: null };

/** Only an approver bound in the configuration, and never who asks, a guest or a bot. */
function decidesOn(
  { request, approvers }: GrantRequestFacts,
  actor: Actor,
  standing: Standing,
): actor is PersonActor {
  return (
    actor.kind === 'person' &&
    standing === 'member' &&
    actor.personId !== request.personId &&
    approvers.includes(actor.personId)
  );
}

/** A reaction that does not count is passed over, and its author told so once, alone. */
function ignore(
  { request }: GrantRequestFacts,
  { by, standing }: VoteInput,
  { actor }: Moment,
): Decision<VoteResult> {
  if (actor.kind === 'system' || standing === 'bot') return accept({ kind: 'ignored' });
  if (by === 'command') {
    const isOwn = actor.kind === 'person' && actor.personId === request.personId;
    return refuse(
      isOwn ? { kind: 'own_credits' } : { kind: 'not_allowed', needs: 'admin', holder: null },
    );
  }
  const who = actor.kind === 'person' ? actor.personId : actor.externalId;
  const to =
    actor.kind === 'person'
      ? ({ kind: 'person', personId: actor.personId } as const)
      : ({ kind: 'stranger', externalId: actor.externalId } as const);
  return accept(
    { kind: 'ignored' },
    {
      kind: 'notify_request',
      notice: 'vote_ignored',
      requestId: request.id,
      platform: actor.platform,
      to,
      onceKey: `vote_ignored:${request.id}:${actor.platform}:${who}`,
    },
  );
}

type ApproverMoment = Moment & { actor: PersonActor };

function approve(
  { request, account, approvals, approvers }: GrantRequestFacts,
  { actor, now, newId }: ApproverMoment,
): Decision<VoteResult> {
  const { personId } = actor;
  const requestId = request.id;
  if (approvals.some((approval) => approval.personId === personId))
    return accept({ kind: 'counted' });
  // Whoever agreed and is no approver any more has no say in it.
  const lapsed = approvals.filter((approval) => !approvers.includes(approval.personId));
  const agreed: Change[] = [
    ...lapsed.map((former): Change => {
      return { kind: 'remove_approval', requestId, personId: former.personId };
    }),
    { kind: 'add_approval', requestId, personId },
  ];
  if (approvals.length - lapsed.length + 1 < request.approvalsNeeded)
    return accept({ kind: 'counted' }, ...agreed, requestChanged(request));
  const { amount, reason, accountId } = request;
  const availableAfter = account.posted - account.held + amount;
  const set = { ...undecided, decidedAt: now, decidedBy: personId, availableAfter };
  const to = { accountId };
  return accept(
    { kind: 'approved' },
    ...agreed,
    { kind: 'decide_request', requestId, to: 'approved', set },
    {
      kind: 'transfer',
      transfer: { id: newId(), kind: 'grant', from: 'issuer', to, amount, reason, requestId },
    },
    requestChanged(request),
    tellRequester(request),
  );
}

function deny(
  { request }: GrantRequestFacts,
  { by, reason }: VoteInput,
  { actor, now }: ApproverMoment,
): Decision<VoteResult> {
  const { personId, platform } = actor;
  const requestId = request.id;
  const set = { ...undecided, decidedAt: now, decidedBy: personId, decisionReason: reason };
  const ask = {
    kind: 'notify_request',
    notice: 'denial_reason_asked',
    requestId,
    platform,
    to: { kind: 'person', personId },
    onceKey: null,
  } as const;
  return accept(
    { kind: 'denied' },
    { kind: 'decide_request', requestId, to: 'denied', set },
    requestChanged(request),
    tellRequester(request),
    ...(by === 'reaction' && reason === null ? [ask] : []),
  );
}

/** Nothing changes any more, but that whoever denied may say why afterwards. */
function voteOnDecided(
  { request, approvals }: GrantRequestFacts,
  { vote: voted, by, reason }: VoteInput,
  { actor: { personId, platform } }: ApproverMoment,
): Decision<VoteResult> {
  const { id: requestId, state } = request;
  const isOwnDenial = state === 'denied' && request.decidedBy === personId;
  if (isOwnDenial && voted === 'deny' && reason !== null && request.decisionReason === null)
    return accept(
      { kind: 'explained' },
      { kind: 'explain_denial', requestId, decisionReason: reason },
      requestChanged(request),
      tellRequester(request),
    );
  // The same again, by the other way or a second click, is no news.
  const isSame =
    (voted === 'deny' && isOwnDenial) ||
    (voted === 'approve' && approvals.some((approval) => approval.personId === personId));
  if (by === 'command' && !isSame) return refuse({ kind: 'request_decided', state });
  if (isSame) return accept({ kind: 'ignored' });
  const to = { kind: 'person', personId } as const;
  const notice = { kind: 'notify_request', notice: 'vote_too_late', requestId } as const;
  return accept(
    { kind: 'ignored' },
    { ...notice, platform, to, onceKey: `vote_too_late:${requestId}:${personId}` },
  );
}

function expireRequest({ request }: GrantRequestFacts, { now }: Moment): Change[] {
  const set = { ...undecided, decidedAt: now };
  return [
    { kind: 'decide_request', requestId: request.id, to: 'expired', set },
    requestChanged(request),
    tellRequester(request),
  ];
}

function tellRequester({ id, personId, channel }: GrantRequestFacts['request']): Change {
  const to = { kind: 'person', personId } as const;
  const about = { kind: 'notify_request', notice: 'request_decided', requestId: id } as const;
  return { ...about, platform: channel.platform, to, onceKey: null };
}
