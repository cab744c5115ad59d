import { SocketModeReceiver } from '@slack/bolt';
import { type Logger, LogLevel, WebClient } from '@slack/web-api';
import { type SlackServer, startSlackServer } from '../slack-server.ts';

/** A small workspace for the tests of the server itself: an app with everything, and three people. */
export async function openLab(changes: { mode?: 'sockets' | 'http'; scopes?: string[] } = {}) {
  const slack = await startSlackServer({ manifest: labManifest(changes) });
  slack.addPerson({ id: 'UALICE', name: 'alice', standing: 'member' });
  slack.addPerson({ id: 'UBOB', name: 'bob', standing: 'guest', zone: 'Asia/Tokyo' });
  slack.addPerson({ id: 'USTRANGER', name: 'sam', standing: 'stranger' });
  slack.addChannel({ id: 'CLAB', name: 'gpu-lab', members: ['UALICE', 'UBOB'] });
  slack.addChannel({ id: 'CELSEWHERE', name: 'else', members: ['UALICE'], withBot: false });
  slack.addChannel({
    id: 'CSECRET',
    name: 'secret',
    members: ['UALICE'],
    isPrivate: true,
    withBot: false,
  });
  return slack;
}

export function labManifest({
  mode = 'sockets',
  scopes = labScopes,
}: Parameters<typeof openLab>[0] = {}) {
  const url = mode === 'http' ? 'http://127.0.0.1:9/slack/events' : undefined;
  return {
    display_information: { name: 'Lab' },
    features: {
      app_home: { home_tab_enabled: true },
      bot_user: { display_name: 'lab' },
      slash_commands: [
        { command: '/gpu', description: 'Shares GPUs', should_escape: true, ...(url && { url }) },
      ],
    },
    oauth_config: { scopes: { bot: scopes } },
    settings: {
      event_subscriptions: {
        bot_events: [
          'app_home_opened',
          'channel_archive',
          'channel_left',
          'reaction_added',
          'reaction_removed',
          'tokens_revoked',
        ],
        ...(url && { request_url: url }),
      },
      interactivity: { is_enabled: true, ...(url && { request_url: url }) },
      socket_mode_enabled: mode === 'sockets',
    },
  };
}

export const labScopes = [
  'channels:history',
  'channels:join',
  'channels:read',
  'chat:write',
  'commands',
  'files:write',
  'groups:read',
  'im:history',
  'im:write',
  'reactions:read',
  'reactions:write',
  'usergroups:read',
  'users:read',
];

export const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

/** Says every refusal at once, where the library would wait and try again. */
export function impatientClient({ apiUrl }: { apiUrl: string }, token: string): WebClient {
  return new WebClient(token, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: silent,
  });
}

/** The error that Slack answers, or the library’s own code where there was no answer. */
export async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return null;
  } catch (error) {
    if (typeof error !== 'object' || error === null) return error;
    if ('data' in error && typeof error.data === 'object' && error.data !== null)
      return 'error' in error.data ? error.data.error : error.data;
    return 'code' in error ? error.code : error;
  }
}

/** Bolt’s own Socket Mode client, which here comes back soon. */
export function socketClient({ apiUrl, tokens }: SlackServer) {
  const installerOptions = { clientOptions: { slackApiUrl: apiUrl } };
  const about = { appToken: tokens.app, clientPingTimeout: 100, logger: silent };
  return new SocketModeReceiver({ ...about, installerOptions }).client;
}
