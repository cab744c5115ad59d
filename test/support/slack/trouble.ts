import type { Delivered } from './courier.ts';
import type { Channel } from './entities.ts';
import type { RaiseEvent } from './events.ts';
import type { Ills } from './ills.ts';
import type { DisconnectReason, Sockets } from './sockets.ts';
import { personFields } from './wire.ts';
import { channelOf, personOf, type Workspace } from './workspace.ts';

type Limit = { method: string; seconds: number; times: number };
type Needs = { workspace: Workspace; ills: Ills; sockets: Sockets; raise: RaiseEvent };

/** What tests do to Slack and to the app’s place in it. */
export function createTroubles({ workspace, ills, sockets, raise }: Needs) {
  /** Public and private channels tell the same under two names. */
  const tell = ({ id, kind }: Channel, what: string, user = 'U0ADMIN') => {
    const type = `${kind === 'public' ? 'channel' : 'group'}_${what}`;
    return raise({ type, channel: id, user }) ?? Promise.resolve(null);
  };
  return {
    /** So many calls of the method are answered with a 429. */
    rateLimit({ method, ...limit }: Limit): void {
      ills.limited.set(method, limit);
    },
    /** So many calls of the method are not carried out and answered with that status. */
    failApi({ method, ...failure }: { method: string; status: number; times: number }): void {
      ills.failing.set(method, failure);
    },
    /** So many calls of the method are carried out, and their answers never arrive. */
    loseAnswers({ method, ...loss }: { method: string; times: number }): void {
      ills.losing.set(method, loss);
    },
    /** Every answer of the Web API takes that long. */
    slowApi(milliseconds: number): void {
      ills.slowMillis = milliseconds;
    },
    /** That many acknowledgements get lost. Resolves when they are. */
    dropAcks(times: number): Promise<void> {
      ills.acksToDrop = times;
      return workspace.until(() => ills.acksToDrop === 0);
    },
    /** Signed requests carry a time that is so long ago. */
    backdate(seconds: number): void {
      ills.backdatedSeconds = seconds;
    },
    /** Every payload goes out twice, at the same time. */
    deliverTwice(isOn: boolean): void {
      ills.deliverTwice = isOn;
    },
    disconnect: (reason: DisconnectReason) => sockets.disconnect(reason),
    /** The connections of now stay open, silent in both directions; new ones are sound. */
    freeze: sockets.freeze,
    thaw: sockets.thaw,
    /** The admin removes the app. The app learns of it, and then nothing more works. */
    async revokeTokens(): Promise<void> {
      const tokens = { oauth: [], bot: [workspace.bot.userId] };
      const told = [raise({ type: 'tokens_revoked', tokens }), raise({ type: 'app_uninstalled' })];
      workspace.revoked.bot = true;
      await Promise.all(told);
    },
    /** The person leaves the team for good. */
    deactivate(person: string): Promise<Delivered | null> {
      const found = personOf(workspace, person);
      found.isDeactivated = true;
      return raise({ type: 'user_change', user: personFields(found) }) ?? Promise.resolve(null);
    },
    /** As the app-level token: no new connection can be opened. */
    revokeAppToken(): void {
      workspace.revoked.app = true;
      sockets.disconnect('link_disabled');
    },
    restoreTokens(): void {
      workspace.revoked.bot = false;
      workspace.revoked.app = false;
    },
    /** Somebody removes the bot from a channel. Slack tells it in one of two ways, or not at all. */
    async kick(channelId: string, told: 'left' | 'member_left' | 'nothing' = 'left') {
      const channel = channelOf(workspace, channelId);
      channel.members.delete(workspace.bot.userId);
      const about = { user: workspace.bot.userId, channel: channelId };
      switch (told) {
        case 'left':
          return tell(channel, 'left', workspace.bot.userId);
        case 'member_left':
          return raise({ type: 'member_left_channel', ...about, channel_type: 'C' });
        case 'nothing':
          return null;
      }
    },
    invite(channelId: string): void {
      channelOf(workspace, channelId).members.add(workspace.bot.userId);
    },
    archive(channelId: string) {
      const channel = channelOf(workspace, channelId);
      channel.isArchived = true;
      return tell(channel, 'archive');
    },
    unarchive(channelId: string) {
      const channel = channelOf(workspace, channelId);
      channel.isArchived = false;
      return tell(channel, 'unarchive');
    },
  };
}
