import { assert } from '../../core/assert.ts';
import { renderBalance } from '../render/overview.ts';
import { accepted, command } from './command.ts';

export const balance = command({
  name: 'balance',
  summary: 'Show what your team has left, and what is held.',
  arguments: [{ name: 'of', kind: 'payee', required: false }],
  flags: [],
  examples: ['balance'],
  async run({ store, actor }, { of }) {
    const payees = await store.payees();
    const asked =
      of ?? payees.find(({ kind, teamIds }) => kind === 'team' && teamIds.includes(actor.teamId));
    assert(asked, 'a team has an account');
    return accepted(renderBalance(await store.balanceOf(asked.accountId)));
  },
});
