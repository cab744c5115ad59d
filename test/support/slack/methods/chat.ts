import { readContent, readMetadata } from '../content.ts';
import type { Channel, Message } from '../entities.ts';
import { addMessage, findMessage, withIds } from '../messages.ts';
import {
  type Arguments,
  joinedChannel,
  type Method,
  visibleChannel,
  writableChannel,
} from '../method.ts';
import { Refused } from '../refused.ts';
import { messageFields } from '../wire.ts';
import type { Workspace } from '../workspace.ts';

const content = {
  'text?': 'text',
  'blocks?': 'json',
  'metadata?': 'json',
  'link_names?': 'flag',
  'parse?': 'text',
} as const;

const postMessage: Method = {
  token: 'bot',
  scope: 'chat:write',
  args: {
    channel: 'text',
    ...content,
    'thread_ts?': 'text',
    'reply_broadcast?': 'flag',
    'unfurl_links?': 'flag',
    'unfurl_media?': 'flag',
    'mrkdwn?': 'flag',
  },
  run(args, { workspace, countPost }) {
    const channel = writableChannel(workspace, args.text('channel'));
    const { text, blocks } = readContent(args);
    const metadata = readMetadata(args);
    const threadTs = threadOf(channel, args);
    countPost(channel);
    const user = workspace.bot.userId;
    const message = addMessage(workspace, channel, { user, text, blocks, metadata, threadTs });
    return { channel: channel.id, ts: message.ts, message: messageFields(workspace, message) };
  },
};

const update: Method = {
  token: 'bot',
  scope: 'chat:write',
  args: { channel: 'text', ts: 'text', ...content, 'reply_broadcast?': 'flag' },
  run(args, { workspace }) {
    const channel = writableChannel(workspace, args.text('channel'));
    const message = ownMessage(workspace, { channel, ts: args.text('ts') }, 'cant_update_message');
    // Blocks and metadata that are not named stay as they are.
    const { text, blocks } = readContent(args);
    message.text = text;
    if (args.has('blocks')) message.blocks = withIds(workspace, blocks);
    if (args.has('metadata')) message.metadata = readMetadata(args);
    message.isEdited = true;
    workspace.changed();
    const sent = messageFields(workspace, message);
    return { channel: channel.id, ts: message.ts, text, message: sent };
  },
};

const postEphemeral: Method = {
  token: 'bot',
  scope: 'chat:write',
  args: { channel: 'text', user: 'text', ...content, 'thread_ts?': 'text' },
  run(args, { workspace }) {
    const channel = joinedChannel(workspace, args.text('channel'));
    if (channel.isArchived) throw new Refused('is_archived');
    const only = args.text('user');
    if (!channel.members.has(only)) throw new Refused('user_not_in_channel');
    const threadTs = threadOf(channel, args);
    const user = workspace.bot.userId;
    const message = addMessage(workspace, channel, { user, ...readContent(args), threadTs, only });
    return { message_ts: message.ts };
  },
};

const remove: Method = {
  token: 'bot',
  scope: 'chat:write',
  args: { channel: 'text', ts: 'text' },
  run(args, { workspace }) {
    const channel = visibleChannel(workspace, args.text('channel'));
    const message = ownMessage(workspace, { channel, ts: args.text('ts') }, 'cant_delete_message');
    channel.messages.splice(channel.messages.indexOf(message), 1);
    workspace.changed();
    return { channel: channel.id, ts: message.ts };
  },
};

const getPermalink: Method = {
  token: 'bot',
  scope: null,
  args: { channel: 'text', message_ts: 'text' },
  run(args, { workspace, address }) {
    const channel = visibleChannel(workspace, args.text('channel'));
    const message = findMessage(channel, args.text('message_ts'));
    if (!message) throw new Refused('message_not_found');
    const permalink = `${address()}/archives/${channel.id}/p${message.ts.replace('.', '')}`;
    return { channel: channel.id, permalink };
  },
};

export const chatMethods = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.postEphemeral': postEphemeral,
  'chat.delete': remove,
  'chat.getPermalink': getPermalink,
};

/** Threads hang on a message that everybody sees and that is in no thread itself. */
function threadOf(channel: Channel, args: Arguments): string | null {
  if (!args.has('thread_ts')) return null;
  const root = findMessage(channel, args.text('thread_ts'));
  if (!root || root.only !== null) throw new Refused('thread_not_found');
  if (root.threadTs !== null) throw new Refused('cannot_reply_to_message');
  return root.ts;
}

type Place = { channel: Channel; ts: string };

function ownMessage(workspace: Workspace, { channel, ts }: Place, refusal: string): Message {
  const message = findMessage(channel, ts);
  // An ephemeral message is not in the channel, so only its response URL reaches it.
  if (!message || message.only !== null) throw new Refused('message_not_found');
  if (message.user !== workspace.bot.userId) throw new Refused(refusal);
  return message;
}
