import type { Group } from '../entities.ts';
import { type Method, pageOf } from '../method.ts';
import { Refused } from '../refused.ts';
import { personFields } from '../wire.ts';
import { domain, teamId } from '../workspace.ts';

const authTest: Method = {
  token: 'bot',
  scope: null,
  args: {},
  run: (_args, { workspace: { bot, manifest }, address }) => ({
    url: `${address()}/`,
    team: domain,
    team_id: teamId,
    user: manifest.features.bot_user.display_name,
    user_id: bot.userId,
    bot_id: bot.botId,
    is_enterprise_install: false,
  }),
};

const openConnection: Method = {
  token: 'app',
  scope: 'connections:write',
  args: {},
  run(_args, { workspace, newSocketUrl }) {
    // Which error Slack gives is not documented.
    if (!workspace.manifest.settings.socket_mode_enabled)
      throw new Refused('socket_mode_not_enabled');
    return { url: newSocketUrl() };
  },
};

const person: Method = {
  token: 'bot',
  scope: 'users:read',
  args: { user: 'text', 'include_locale?': 'flag' },
  run(args, { workspace }) {
    const found = workspace.people.get(args.text('user'));
    if (!found) throw new Refused('user_not_found');
    return { user: personFields(found) };
  },
};

const everybody: Method = {
  token: 'bot',
  scope: 'users:read',
  args: { 'limit?': 'number', 'cursor?': 'text', 'include_locale?': 'flag' },
  run(args, { workspace }) {
    const { page, response_metadata } = pageOf([...workspace.people.values()], args);
    return { members: page.map(personFields), response_metadata };
  },
};

const groups: Method = {
  token: 'bot',
  scope: 'usergroups:read',
  args: {
    'include_count?': 'flag',
    'include_disabled?': 'flag',
    'include_users?': 'flag',
  },
  run: (args, { workspace }) => ({
    usergroups: [...workspace.groups.values()].map((group) => ({
      ...groupFields(group),
      ...(args.flag('include_users') ? { users: [...group.members] } : {}),
      ...(args.flag('include_count') ? { user_count: group.members.size } : {}),
    })),
  }),
};

const groupMembers: Method = {
  token: 'bot',
  scope: 'usergroups:read',
  args: { usergroup: 'text', 'include_disabled?': 'flag' },
  run(args, { workspace }) {
    const group = workspace.groups.get(args.text('usergroup'));
    if (!group) throw new Refused('no_such_subteam');
    return { users: [...group.members] };
  },
};

export const peopleMethods = {
  'auth.test': authTest,
  'apps.connections.open': openConnection,
  'users.info': person,
  'users.list': everybody,
  'usergroups.list': groups,
  'usergroups.users.list': groupMembers,
};

function groupFields({ id, handle }: Group) {
  return { id, team_id: teamId, is_usergroup: true, name: handle, handle, date_delete: 0 };
}
