import type { Fields } from './check.ts';
import type { Courier, Delivered } from './courier.ts';
import { appId, teamId, type Workspace } from './workspace.ts';

type SlackEvent = Fields & { type: string };
/** Tells the app, if it asked to be told and is there to see it: null where it was not told. */
export type RaiseEvent = (event: SlackEvent) => Promise<Delivered> | null;

export function createEvents(workspace: Workspace, courier: Courier): RaiseEvent {
  const { bot, clock, manifest, newId, newTs, channels } = workspace;
  return (event) => {
    const subscribed = manifest.settings.event_subscriptions?.bot_events ?? [];
    if (!subscribed.includes(subscriptionOf(event))) return null;
    const channel = channels.get(channelIdOf(event));
    const left = ['channel_left', 'group_left', 'member_left_channel'];
    const wasThere = left.includes(event.type) && event['user'] === bot.userId;
    if (
      channel &&
      !wasThere &&
      event.type !== 'app_home_opened' &&
      !channel.members.has(bot.userId)
    )
      return null;
    return courier.deliver({
      kind: 'events_api',
      body: {
        token: 'verification',
        team_id: teamId,
        context_team_id: teamId,
        context_enterprise_id: null,
        api_app_id: appId,
        event: { ...event, event_ts: newTs() },
        type: 'event_callback',
        event_id: newId('Ev'),
        event_time: Math.floor(clock.now() / 1000),
        authorizations: [
          {
            enterprise_id: null,
            team_id: teamId,
            user_id: bot.userId,
            is_bot: true,
            is_enterprise_install: false,
          },
        ],
        is_ext_shared_channel: false,
      },
    });
  };
}

/** Messages are subscribed to by the kind of their channel. */
function subscriptionOf({ type, channel_type }: SlackEvent): string {
  if (type !== 'message') return type;
  return (
    { channel: 'message.channels', group: 'message.groups' }[String(channel_type)] ?? 'message.im'
  );
}

function channelIdOf({ channel, item }: SlackEvent): string {
  const within = typeof item === 'object' && item !== null && 'channel' in item ? item.channel : '';
  return String(channel ?? within);
}
