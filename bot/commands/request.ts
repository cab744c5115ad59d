import { request as requestAction } from '../../core/actions/request.ts';
import { assert } from '../../core/assert.ts';
import { renderRequested } from '../render/request.ts';
import { accepted, command, refused } from './command.ts';

export const request = command({
  name: 'request',
  forGuests: false,
  summary: 'Ask your team’s approvers for credits, for the team or for yourself.',
  arguments: [
    { name: 'amount', kind: 'amount', required: true },
    { name: 'reason', kind: 'reason', required: true },
  ],
  flags: [{ name: '--me', says: 'For your own account instead of the team’s.' }],
  examples: ['request 200 "ablation for the paper, due Friday"', 'request 20 --me to learn JAX'],
  async run(context, { amount, reason }, flags) {
    const { store, actor, channel, requestKey } = context;
    const payees = await store.payees();
    const account = payees.find(({ kind, personId, teamIds }) =>
      flags.has('--me')
        ? personId === actor.personId
        : kind === 'team' && teamIds.includes(actor.teamId),
    );
    assert(account, 'a member and their team have an account');
    const { accountId } = account;
    const outcome = await store.perform(requestAction, {
      requestKey,
      actor,
      input: { accountId, amount, reason, channel },
    });
    if (outcome.kind === 'refused') return refused(outcome.refusal);
    context.wake(null);
    const asked = await store.requestById(outcome.result.requestId);
    assert(asked, 'what was asked for is there');
    return accepted(renderRequested(asked));
  },
});
