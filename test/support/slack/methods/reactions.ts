import type { Message } from '../entities.ts';
import { findMessage } from '../messages.ts';
import { joinedChannel, type Method, type MethodContext } from '../method.ts';
import { Refused } from '../refused.ts';
import { messageFields } from '../wire.ts';

const onMessage = { channel: 'text', timestamp: 'text', name: 'text' } as const;

const add: Method = {
  token: 'bot',
  scope: 'reactions:write',
  args: onMessage,
  run(args, context) {
    const name = args.text('name');
    const target = { channel: args.text('channel'), ts: args.text('timestamp') };
    void addReaction(context, reactable(context, target), {
      name,
      user: context.workspace.bot.userId,
    });
    return {};
  },
};

const remove: Method = {
  token: 'bot',
  scope: 'reactions:write',
  args: onMessage,
  run(args, context) {
    const name = args.text('name');
    const target = { channel: args.text('channel'), ts: args.text('timestamp') };
    const user = context.workspace.bot.userId;
    void removeReaction(context, reactable(context, target), { name, user });
    return {};
  },
};

const get: Method = {
  token: 'bot',
  scope: 'reactions:read',
  args: { channel: 'text', timestamp: 'text', 'full?': 'flag' },
  run(args, context) {
    const target = { channel: args.text('channel'), ts: args.text('timestamp') };
    const message = reactable(context, target);
    const { channel } = target;
    return { type: 'message', channel, message: messageFields(context.workspace, message) };
  },
};

export const reactionMethods = {
  'reactions.add': add,
  'reactions.remove': remove,
  'reactions.get': get,
};

type Reacting = Pick<MethodContext, 'workspace' | 'raise'>;
type Reaction = { name: string; user: string };

export function addReaction(
  { workspace, raise }: Reacting,
  message: Message,
  { name, user }: Reaction,
) {
  if (!/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name)) throw new Refused('invalid_name');
  const users = message.reactions.get(name) ?? [];
  if (users.includes(user)) throw new Refused('already_reacted');
  message.reactions.set(name, [...users, user]);
  workspace.changed();
  return raise({ type: 'reaction_added', ...reactionEvent(message, { name, user }) });
}

export function removeReaction(
  { workspace, raise }: Reacting,
  message: Message,
  { name, user }: Reaction,
) {
  const users = message.reactions.get(name) ?? [];
  if (!users.includes(user)) throw new Refused('no_reaction');
  const left = users.filter((one) => one !== user);
  if (left.length > 0) message.reactions.set(name, left);
  else message.reactions.delete(name);
  workspace.changed();
  return raise({ type: 'reaction_removed', ...reactionEvent(message, { name, user }) });
}

function reactionEvent({ channel, ts, user: author }: Message, { name, user }: Reaction) {
  return { user, reaction: name, item_user: author, item: { type: 'message', channel, ts } };
}

function reactable({ workspace }: MethodContext, { channel, ts }: Pick<Message, 'channel' | 'ts'>) {
  const joined = joinedChannel(workspace, channel);
  if (joined.isArchived) throw new Refused('is_archived');
  const message = findMessage(joined, ts);
  if (!message || message.only !== null) throw new Refused('message_not_found');
  return message;
}
