import { renderBalance } from '../render/overview.ts';
import { accepted, command } from './command.ts';

export const balance = command({
  name: 'balance',
  summary: 'Show what your team has left, and what is held.',
  arguments: [],
  flags: [],
  examples: ['balance'],
  async run({ store, actor }) {
    return accepted(renderBalance(await store.balanceOf(actor.teamId)));
  },
});
