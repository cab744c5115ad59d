import type { AppsManifestCreateArguments } from '@slack/web-api';

export type Manifest = AppsManifestCreateArguments['manifest'];

type Row = { name: string; examples: readonly string[] };

/**
 * What an app in Slack is created from. `requestUrl` is our public address; null: Socket Mode,
 * which needs none.
 */
export function manifestOf({
  commands,
  requestUrl,
}: {
  commands: readonly Row[];
  requestUrl: string | null;
}): Manifest {
  const url = requestUrl === null ? null : `${requestUrl.replace(/\/+$/, '')}${eventsPath}`;
  return {
    _metadata: { major_version: 1, minor_version: 1 },
    display_information: {
      name: 'Dibs',
      description:
        'Share GPUs: /gpu start a100 2h gives you JupyterLab on one, charged by the second.',
      background_color: '#1d2b3a',
    },
    features: {
      // Who cannot write to the app has no slash commands in its tab either.
      app_home: {
        home_tab_enabled: true,
        messages_tab_enabled: true,
        messages_tab_read_only_enabled: false,
      },
      bot_user: { display_name: 'Dibs', always_online: true },
      slash_commands: [
        {
          command: '/gpu',
          description: 'Start, extend and stop GPU sessions; credits; who has what',
          usage_hint: usageHint(commands),
          // Else a mention is only the name that it shows, which several people may have.
          should_escape: true,
          ...(url === null ? {} : { url }),
        },
      ],
    },
    oauth_config: { scopes: { bot: [...botScopes] } },
    settings: {
      event_subscriptions: {
        bot_events: [...botEvents],
        ...(url === null ? {} : { request_url: url }),
      },
      interactivity: { is_enabled: true, ...(url === null ? {} : { request_url: url }) },
      org_deploy_enabled: false,
      socket_mode_enabled: url === null,
      token_rotation_enabled: false,
    },
  };
}

/** What a first visitor needs; `help` has the rest. */
const hinted = ['start', 'list', 'stop', 'help'];

function usageHint(commands: readonly Row[]): string {
  const examples = hinted.map((name) => commands.find((row) => row.name === name)?.examples[0]);
  return examples.filter((example) => example !== undefined).join(' | ');
}

/** Commands, events, buttons and forms all arrive here, where they do not come by socket. */
export const eventsPath = '/slack/events';

/**
 * What the bot token may, each for a method or event of docs.slack.dev/reference. The app token's
 * connections:write, for Socket Mode, is no part of a manifest.
 */
export const botScopes = [
  'commands', // /gpu
  'chat:write', // chat.postMessage, chat.update, chat.postEphemeral
  'chat:write.public', // chat.postMessage in public channels that it was not invited to
  'reactions:read', // reaction_added, reaction_removed, reactions.get: votes on requests
  'reactions:write', // reactions.add: the emoji to vote with stand there already
  'im:write', // conversations.open: the link reaches its holder alone
  // conversations.history: after a crash, whether a message was posted already
  'im:history',
  'channels:history',
  'groups:history',
  // conversations.info; channel_archive, channel_left, group_archive, group_left: whether it can
  // still post where it should
  'channels:read',
  'groups:read',
  'users:read', // users.info: names, and who is a guest or from another workspace
  'usergroups:read', // usergroups.list, usergroups.users.list: roles by group
  'files:write', // files.getUploadURLExternal, files.completeUploadExternal: CSV files and charts
] as const;

export const botEvents = [
  'app_home_opened',
  'reaction_added', // reactions:read
  'reaction_removed', // reactions:read
  'channel_archive', // channels:read
  'group_archive', // groups:read
  'channel_left', // channels:read
  'group_left', // groups:read
  'tokens_revoked',
  'app_uninstalled',
] as const;
