import type { Fields } from '../check.ts';
import type { Message } from '../entities.ts';
import { findMessage } from '../messages.ts';
import { type Arguments, joinedChannel, type Method, pageOf, scopesFor } from '../method.ts';
import { Refused } from '../refused.ts';
import { messageFields } from '../wire.ts';
import type { Workspace } from '../workspace.ts';

const paging = {
  'limit?': 'number',
  'cursor?': 'text',
  'oldest?': 'text',
  'latest?': 'text',
  'inclusive?': 'flag',
  'include_all_metadata?': 'flag',
} as const;

/** The newest first, without what is only in threads. */
const history: Method = {
  token: 'bot',
  scope: scopesFor('history'),
  args: { channel: 'text', ...paging },
  run(args, { workspace }) {
    const channel = joinedChannel(workspace, args.text('channel'));
    const roots = channel.messages.filter(({ threadTs }) => threadTs === null).reverse();
    return pageOfMessages(workspace, roots, args);
  },
};

/** The message itself and then its thread, the oldest first. */
const replies: Method = {
  token: 'bot',
  scope: scopesFor('history'),
  args: { channel: 'text', ts: 'text', ...paging },
  run(args, { workspace }) {
    const channel = joinedChannel(workspace, args.text('channel'));
    const root = findMessage(channel, args.text('ts'));
    if (!root) throw new Refused('thread_not_found');
    const thread = channel.messages.filter(({ threadTs }) => threadTs === root.ts);
    return pageOfMessages(workspace, [root, ...thread], args);
  },
};

export const historyMethods = {
  'conversations.history': history,
  'conversations.replies': replies,
};

function pageOfMessages(workspace: Workspace, all: readonly Message[], args: Arguments): Fields {
  const oldest = args.number('oldest', 0);
  const latest = args.number('latest', Number.POSITIVE_INFINITY);
  const isInclusive = args.flag('inclusive');
  const isWithin = (ts: number) =>
    isInclusive ? ts >= oldest && ts <= latest : ts > oldest && ts < latest;
  const within = all.filter(({ ts, only }) => only === null && isWithin(Number(ts)));
  const { page, hasMore, response_metadata } = pageOf(within, args);
  const messages = page.map((message) => ({
    ...messageFields(workspace, message),
    ...(args.flag('include_all_metadata') && message.metadata
      ? { metadata: message.metadata }
      : {}),
  }));
  return { messages, has_more: hasMore, response_metadata };
}
