import { teamPolicyOf } from '../../core/policy.ts';
import { renderBoard } from '../render/overview.ts';
import { accepted, command } from './command.ts';

export const list = command({
  name: 'list',
  forGuests: true,
  summary: 'Show what is free, who has what until when, and who waits.',
  arguments: [],
  flags: [],
  examples: ['list'],
  async run({ store, policy, actor }) {
    const { prices } = teamPolicyOf(policy, actor.team);
    return accepted(renderBoard(await store.board(), prices));
  },
});
