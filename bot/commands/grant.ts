import type { Outcome } from '../../core/action.ts';
import { adjust as adjustAction } from '../../core/actions/adjust.ts';
import { give as giveAction } from '../../core/actions/give.ts';
import { grant as grantAction, type Moved } from '../../core/actions/grant.ts';
import { reverse as reverseAction } from '../../core/actions/reverse.ts';
import { assert } from '../../core/assert.ts';
import type { Reply } from '../../core/invocation.ts';
import { renderMoved } from '../render/transfer.ts';
import { accepted, type CommandContext, command, refused } from './command.ts';

export const grant = command({
  name: 'grant',
  forGuests: false,
  summary: 'Grant new credits to a person or a team, as an approver.',
  arguments: [
    { name: 'to', kind: 'payee', required: true },
    { name: 'amount', kind: 'amount', required: true },
    { name: 'reason', kind: 'reason', required: true },
  ],
  flags: [],
  examples: ['grant @bob 50 for the demo on Friday'],
  async run(context, { to: { accountId }, amount, reason }) {
    const { store, actor, requestKey } = context;
    const input = { accountId, amount, reason };
    return replyOf(context, await store.perform(grantAction, { requestKey, actor, input }));
  },
});

export const give = command({
  name: 'give',
  forGuests: false,
  summary: 'Give some of your own credits to somebody, or to a team.',
  arguments: [
    { name: 'to', kind: 'payee', required: true },
    { name: 'amount', kind: 'amount', required: true },
    { name: 'reason', kind: 'reason', required: false },
  ],
  flags: [],
  examples: ['give @carol 20', 'give @carol 20 thanks for the dataset'],
  async run(context, { to, amount, reason = 'a gift' }) {
    const { store, actor, requestKey } = context;
    const own = (await store.payees()).find(({ personId }) => personId === actor.personId);
    assert(own, 'a member has an account');
    const input = { fromAccountId: own.accountId, toAccountId: to.accountId, amount, reason };
    return replyOf(context, await store.perform(giveAction, { requestKey, actor, input }));
  },
});

export const adjust = command({
  name: 'adjust',
  forGuests: false,
  summary: 'Set a balance right, up or down, as an approver.',
  arguments: [
    { name: 'of', kind: 'payee', required: true },
    { name: 'amount', kind: 'change', required: true },
    { name: 'reason', kind: 'reason', required: true },
  ],
  flags: [],
  examples: ['adjust @bob -20 the job of Monday was ours'],
  async run(context, { of: { accountId }, amount, reason }) {
    const { store, actor, requestKey } = context;
    const input = { accountId, amount, reason };
    return replyOf(context, await store.perform(adjustAction, { requestKey, actor, input }));
  },
});

export const reverse = command({
  name: 'reverse',
  forGuests: false,
  summary: 'Take a wrong grant or adjustment back, by its number in the history, as an approver.',
  arguments: [
    { name: 'transfer', kind: 'transfer', required: true },
    { name: 'reason', kind: 'reason', required: true },
  ],
  flags: [],
  examples: ['reverse 1204 it was meant for @carol'],
  async run(context, { transfer: number, reason }) {
    const { store, actor, requestKey } = context;
    const input = { number, reason };
    return replyOf(context, await store.perform(reverseAction, { requestKey, actor, input }));
  },
});

async function replyOf(context: CommandContext, outcome: Outcome<Moved>): Promise<Reply> {
  if (outcome.kind === 'refused') return refused(outcome.refusal);
  context.wake(null);
  const transfer = await context.store.transferById(outcome.result.transferId);
  assert(transfer, 'what was moved is in the book');
  return accepted(renderMoved(transfer));
}
