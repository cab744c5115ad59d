import { hasBot, type Method, pageOf, scopesFor, visibleChannel } from '../method.ts';
import { Refused } from '../refused.ts';
import { channelFields } from '../wire.ts';
import { openIm } from '../workspace.ts';

const open: Method = {
  token: 'bot',
  scope: 'im:write',
  args: { users: 'text', 'return_im?': 'flag', 'prevent_creation?': 'flag' },
  run(args, { workspace }) {
    const person = workspace.people.get(args.text('users'));
    if (!person) throw new Refused('user_not_found');
    if (person.standing === 'bot') throw new Refused('cannot_dm_bot');
    if (person.isDeactivated) throw new Refused('user_disabled');
    return { channel: { id: openIm(workspace, person.id).id } };
  },
};

const about: Method = {
  token: 'bot',
  scope: scopesFor('read'),
  args: { channel: 'text', 'include_num_members?': 'flag', 'include_locale?': 'flag' },
  run(args, { workspace }) {
    const channel = visibleChannel(workspace, args.text('channel'));
    const size = args.flag('include_num_members') ? { num_members: channel.members.size } : {};
    return { channel: { ...channelFields(workspace, channel), ...size } };
  },
};

const everyOne: Method = {
  token: 'bot',
  scope: 'channels:read',
  args: {
    'types?': 'text',
    'exclude_archived?': 'flag',
    'limit?': 'number',
    'cursor?': 'text',
  },
  run(args, { workspace }) {
    const types = args.has('types') ? args.text('types').split(',') : ['public_channel'];
    const channels = [...workspace.channels.values()]
      .filter((channel) => channel.kind === 'public' || hasBot(workspace, channel))
      .filter(({ kind }) => types.includes(kind === 'im' ? 'im' : `${kind}_channel`))
      .filter(({ isArchived }) => !(isArchived && args.flag('exclude_archived')));
    const { page, response_metadata } = pageOf(channels, args);
    return { channels: page.map((one) => channelFields(workspace, one)), response_metadata };
  },
};

const members: Method = {
  token: 'bot',
  scope: scopesFor('read'),
  args: { channel: 'text', 'limit?': 'number', 'cursor?': 'text' },
  run(args, { workspace }) {
    const channel = visibleChannel(workspace, args.text('channel'));
    const { page, response_metadata } = pageOf([...channel.members], args);
    return { members: page, response_metadata };
  },
};

const join: Method = {
  token: 'bot',
  scope: 'channels:join',
  args: { channel: 'text' },
  run(args, { workspace }) {
    const channel = visibleChannel(workspace, args.text('channel'));
    if (channel.kind !== 'public') throw new Refused('method_not_supported_for_channel_type');
    if (channel.isArchived) throw new Refused('is_archived');
    channel.members.add(workspace.bot.userId);
    workspace.changed();
    return { channel: channelFields(workspace, channel) };
  },
};

export const conversationMethods = {
  'conversations.open': open,
  'conversations.info': about,
  'conversations.list': everyOne,
  'conversations.members': members,
  'conversations.join': join,
};
