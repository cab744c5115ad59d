import { withdraw as withdrawAction } from '../../core/actions/vote.ts';
import { sentence } from '../render/words.ts';
import { accepted, command, refused } from './command.ts';

export const withdraw = command({
  name: 'withdraw',
  forGuests: false,
  summary: 'Take back a request for credits that nobody has decided yet.',
  arguments: [{ name: 'request', kind: 'request', required: true }],
  flags: [],
  examples: ['withdraw 17'],
  async run(context, { request: { id: requestId, number } }) {
    const { store, actor, requestKey } = context;
    const outcome = await store.perform(withdrawAction, {
      requestKey,
      actor,
      input: { requestId },
    });
    if (outcome.kind === 'refused') return refused(outcome.refusal);
    context.wake(null);
    return accepted(sentence('neutral', `Request ${number} is withdrawn.`));
  },
});
