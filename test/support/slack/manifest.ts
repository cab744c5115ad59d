import {
  all,
  among,
  type Check,
  flag,
  isFields,
  list,
  matching,
  problemsOf,
  rule,
  shape,
  string,
} from './check.ts';
import { limits } from './limits.ts';

/** What an app’s manifest comes to, checked as Slack checks it when somebody pastes it. */
export type Manifest = {
  display_information: { name: string };
  features: {
    app_home?: { home_tab_enabled?: boolean; messages_tab_enabled?: boolean };
    bot_user: { display_name: string };
    slash_commands?: { command: string; url?: string; should_escape?: boolean }[];
  };
  oauth_config: { scopes: { bot: string[] } };
  settings: {
    event_subscriptions?: { bot_events?: string[]; request_url?: string };
    interactivity?: { is_enabled: boolean; request_url?: string };
    socket_mode_enabled?: boolean;
  };
};

/** Slack’s own commands, which no app may have. */
const reserved = `archive call collapse dm expand feedback help invite join kick leave me msg mute
  open part prefs remind remove rename search shortcuts shrug star status topic who`
  .split(/\s+/)
  .map((name) => `/${name}`);

/** Each event needs a scope; null: none. */
const eventScopes: Readonly<Record<string, string | null>> = {
  app_home_opened: null,
  app_uninstalled: null,
  tokens_revoked: null,
  app_mention: 'app_mentions:read',
  reaction_added: 'reactions:read',
  reaction_removed: 'reactions:read',
  user_change: 'users:read',
  team_join: 'users:read',
  subteam_members_changed: 'usergroups:read',
  subteam_updated: 'usergroups:read',
  channel_archive: 'channels:read',
  channel_unarchive: 'channels:read',
  channel_left: 'channels:read',
  channel_rename: 'channels:read',
  channel_deleted: 'channels:read',
  group_archive: 'groups:read',
  group_unarchive: 'groups:read',
  group_left: 'groups:read',
  member_joined_channel: 'channels:read',
  member_left_channel: 'channels:read',
  'message.channels': 'channels:history',
  'message.groups': 'groups:history',
  'message.im': 'im:history',
};

const url = matching(/^https?:\/\/\S+$/, 'must be a valid URL');
const word = string(255);
const free: Check = () => {};

const notReserved: Check = (value, at, problems) => {
  if (reserved.includes(String(value)))
    problems.push(`${value} is a command of Slack itself [json-pointer:${at}]`);
};

const command = shape({
  command: all(
    string(limits.manifest.command),
    matching(/^\/[a-z0-9_-]+$/, 'must start with / and be lower case'),
    notReserved,
  ),
  description: string(limits.manifest.commandDescription),
  'usage_hint?': string(limits.manifest.usageHint),
  'should_escape?': flag,
  'url?': url,
});

const manifestCheck = shape({
  '_metadata?': free,
  display_information: shape({
    name: string(limits.manifest.name),
    'description?': string(limits.manifest.description),
    'long_description?': string(4_000, 175),
    'background_color?': matching(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i, 'must be a colour'),
  }),
  features: shape({
    'app_home?': shape({
      'home_tab_enabled?': flag,
      'messages_tab_enabled?': flag,
      'messages_tab_read_only_enabled?': flag,
    }),
    bot_user: shape({
      display_name: all(string(80), matching(/^[A-Za-z0-9._ -]+$/, 'has other characters')),
      'always_online?': flag,
    }),
    'slash_commands?': list(command, 50),
  }),
  oauth_config: shape({
    'redirect_urls?': list(url, 1_000),
    scopes: shape({ bot: list(word, 255) }),
  }),
  settings: shape({
    'event_subscriptions?': shape({
      'request_url?': url,
      'bot_events?': list(among(...Object.keys(eventScopes)), 100),
    }),
    'interactivity?': shape({ is_enabled: flag, 'request_url?': url }),
    'org_deploy_enabled?': flag,
    'socket_mode_enabled?': flag,
    'token_rotation_enabled?': among(false),
  }),
});

/** Throws with everything that is wrong with it. */
export function readManifest(manifest: object): Manifest {
  const problems = problemsOf(manifestCheck, manifest);
  if (problems.length > 0 || !isManifest(manifest)) refuse(problems);
  const inconsistent = problemsOf(rule(inconsistency(manifest)), manifest);
  if (inconsistent.length > 0) refuse(inconsistent);
  return structuredClone(manifest);
}

function refuse(problems: readonly string[]): never {
  throw new Error(`Slack refuses the manifest: ${problems.join('; ')}`);
}

/** The check above has looked at every field; this says so to the compiler. */
function isManifest(value: object): value is Manifest {
  return isFields(value);
}

function inconsistency(manifest: Manifest): () => string | null {
  const { features, oauth_config, settings } = manifest;
  const scopes = oauth_config.scopes.bot;
  const commands = features.slash_commands ?? [];
  const events = settings.event_subscriptions?.bot_events ?? [];
  const urls = [
    ...commands.map(({ url: at }) => at),
    ...(events.length > 0 ? [settings.event_subscriptions?.request_url] : []),
    ...(settings.interactivity?.is_enabled ? [settings.interactivity.request_url] : []),
  ];
  return () => {
    if (commands.length > 0 && !scopes.includes('commands')) return 'missing scope: commands';
    for (const event of events) {
      const scope = eventScopes[event] ?? null;
      if (scope !== null && !scopes.includes(scope)) return `${event} needs the scope ${scope}`;
    }
    if (!settings.socket_mode_enabled && urls.includes(undefined))
      return 'without Socket Mode every command, the events and the interactivity need a URL';
    return null;
  };
}
