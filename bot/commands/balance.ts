import { renderBalance } from '../render/balance.ts';
import { ownAccounts } from './accounts.ts';
import { accepted, command } from './command.ts';

export const balance = command({
  name: 'balance',
  forGuests: true,
  summary: 'Show what is left, what is held and by what, and how long it lasts.',
  arguments: [{ name: 'of', kind: 'account', required: false }],
  flags: [],
  examples: ['balance', 'balance me'],
  async run({ store, actor, clock }, { of }) {
    const { team, own } = ownAccounts(await store.payees(), actor);
    const asked = of ?? team;
    const [shown, besides] = await Promise.all([
      store.balanceOf(asked.accountId),
      of === undefined ? store.balanceOf(own.accountId) : null,
    ]);
    return accepted(renderBalance(shown, { besides, now: clock.now() }));
  },
});
