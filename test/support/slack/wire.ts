import type { Fields } from './check.ts';
import type { Channel, Message, Person, StoredFile, View } from './entities.ts';
import { appId, strangerTeamId, teamId, teamOf, type Workspace } from './workspace.ts';

/** How Slack writes what it knows: docs.slack.dev/reference/objects. */
export function messageFields(workspace: Workspace, message: Message): Fields {
  const { channel: channelId, ts, threadTs, user, text, blocks } = message;
  const { bot } = workspace;
  const replies = repliesTo(workspace, message);
  const files = message.files.map(fileFields);
  const reactions = reactionFields(message);
  return {
    type: 'message',
    user,
    ...(user === bot.userId ? { bot_id: bot.botId, app_id: appId } : {}),
    text,
    ts,
    team: teamId,
    ...(blocks.length > 0 ? { blocks } : {}),
    ...(threadTs === null ? {} : { thread_ts: threadTs, parent_user_id: bot.userId }),
    ...(replies === 0 ? {} : { thread_ts: ts, reply_count: replies }),
    ...(files.length === 0 ? {} : { files }),
    ...(reactions.length === 0 ? {} : { reactions }),
    ...(message.isEdited ? { edited: { user, ts } } : {}),
    ...(channelId.startsWith('D') ? {} : { channel: channelId }),
  };
}

function repliesTo({ channels }: Workspace, { channel, ts }: Message): number {
  const all = channels.get(channel)?.messages ?? [];
  return all.filter(({ threadTs, only }) => threadTs === ts && only === null).length;
}

function reactionFields({ reactions }: Message) {
  return [...reactions].map(([name, users]) => ({ name, users, count: users.length }));
}

export function fileFields({ id, name, title, content }: StoredFile): Fields {
  return { id, name, title, size: content.length, mode: 'hosted' };
}

export function personFields(person: Person): Fields {
  const { id, name, displayName, standing, zone, isDeactivated } = person;
  const isStranger = standing === 'stranger';
  return {
    id,
    team_id: isStranger ? strangerTeamId : teamId,
    name,
    deleted: isDeactivated,
    real_name: displayName,
    tz: zone,
    profile: { real_name: displayName, display_name: displayName, team: teamOf(person) },
    is_bot: standing === 'bot',
    is_app_user: false,
    ...(isStranger
      ? { is_stranger: true }
      : {
          is_admin: false,
          is_owner: false,
          is_restricted: standing === 'guest',
          is_ultra_restricted: false,
        }),
  };
}

export function channelFields(workspace: Workspace, channel: Channel): Fields {
  const { id, name, kind, members, isArchived } = channel;
  const other = [...members].find((member) => member !== workspace.bot.userId);
  if (kind === 'im') return { id, is_im: true, is_archived: isArchived, user: other };
  return {
    id,
    name,
    is_channel: kind === 'public',
    is_group: false,
    is_im: false,
    is_private: kind === 'private',
    is_archived: isArchived,
    is_member: members.has(workspace.bot.userId),
    is_ext_shared: [...members].some(
      (member) => workspace.people.get(member)?.standing === 'stranger',
    ),
  };
}

export function viewFields(view: View): Fields {
  return {
    private_metadata: '',
    callback_id: '',
    title: null,
    submit: null,
    close: null,
    clear_on_close: false,
    notify_on_close: false,
    external_id: '',
    ...view.content,
    id: view.id,
    team_id: teamId,
    type: view.kind,
    state: { values: view.values },
    hash: view.hash,
    previous_view_id: null,
    root_view_id: view.id,
    app_id: appId,
    bot_id: 'B0DIBS',
  };
}
