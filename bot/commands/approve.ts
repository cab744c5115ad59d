import { type VoteInput, vote } from '../../core/actions/vote.ts';
import { assert } from '../../core/assert.ts';
import type { Reply } from '../../core/invocation.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { GrantRequestView } from '../../core/view.ts';
import { renderNoApprover, renderVoted } from '../render/request.ts';
import { plainText } from '../render/words.ts';
import { accepted, type CommandContext, command, refused } from './command.ts';

export const approve = command({
  name: 'approve',
  forGuests: false,
  summary: 'Agree to a request for credits, as an approver.',
  arguments: [{ name: 'request', kind: 'request', required: true }],
  flags: [],
  examples: ['approve 17'],
  run: (context, { request }) => castVote(context, request, { vote: 'approve', reason: null }),
});

export const deny = command({
  name: 'deny',
  forGuests: false,
  summary: 'Turn a request for credits down, as an approver, and say why.',
  arguments: [
    { name: 'request', kind: 'request', required: true },
    { name: 'reason', kind: 'reason', required: false },
  ],
  flags: [],
  examples: ['deny 17', 'deny 17 the cluster is full until Monday'],
  run: (context, { request, reason = null }) =>
    castVote(context, request, { vote: 'deny', reason }),
});

async function castVote(
  context: CommandContext,
  asked: GrantRequestView,
  cast: Pick<VoteInput, 'vote' | 'reason'>,
): Promise<Reply> {
  const { store, actor, requestKey, standing } = context;
  const requestId = asked.id;
  const input: VoteInput = { requestId, by: 'command', standing, ...cast };
  const outcome = await store.perform(vote, { requestKey, actor, input });
  if (outcome.kind === 'refused') return notCounted(outcome.refusal, asked);
  context.wake(null);
  const request = await store.requestById(requestId);
  assert(request, 'what was voted on is there');
  return accepted(renderVoted(request, outcome.result));
}

/** Where it is about who may decide, in words about this very request. */
function notCounted(refusal: Refusal, request: GrantRequestView): Reply {
  const reply = refused(refusal);
  if (refusal.kind !== 'own_credits' && refusal.kind !== 'not_allowed') return reply;
  const message = renderNoApprover(request, refusal.kind === 'own_credits');
  return { ...reply, message, text: plainText(message) };
}
