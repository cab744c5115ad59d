import type { Courier, Delivered } from './courier.ts';
import type { Channel } from './entities.ts';
import type { RaiseEvent } from './events.ts';
import { addMessage, findMessage } from './messages.ts';
import { addReaction, removeReaction } from './methods/reactions.ts';
import { Refused } from './refused.ts';
import { respond } from './responses.ts';
import type { Tickets } from './tickets.ts';
import { viewFields } from './wire.ts';
import { appId, channelOf, domain, openIm, personOf, teamOf, type Workspace } from './workspace.ts';

export type Acting = {
  workspace: Workspace;
  courier: Courier;
  tickets: Tickets;
  raise: RaiseEvent;
};

/** What people type and press outside of messages and views. */
export function createActs(acting: Acting) {
  const { workspace, courier, tickets, raise } = acting;
  const react =
    (change: typeof addReaction) => async (person: string, place: Place, name: string) => {
      const channel = enter(workspace, person, place.channel);
      const message = findMessage(channel, place.ts);
      if (!message) throw new Error(`there is no message ${place.ts} in ${channel.id}`);
      return change(acting, message, { name, user: person });
    };
  return {
    /**
     * Types a command into a channel: what follows its name, or all of it with the slash. Not in a
     * thread, for there Slack has no commands.
     */
    async command(person: string, channelId: string, text: string): Promise<Delivered> {
      const channel = enter(workspace, person, channelId);
      const { command, rest, escapes } = commandIn(workspace, text);
      const body = {
        token: 'verification',
        team_id: teamOf(personOf(workspace, person)),
        team_domain: domain,
        channel_id: channel.id,
        channel_name: nameInPayloads(channel),
        user_id: person,
        user_name: personOf(workspace, person).name,
        command,
        text: escapes ? escaped(workspace, rest) : rest,
        api_app_id: appId,
        is_enterprise_install: 'false',
        response_url: tickets.responseUrl({ channel: channel.id, person, ts: null }),
        trigger_id: tickets.trigger(person),
      };
      const delivered = await courier.deliver({ kind: 'slash_commands', body });
      return showResponse(acting, delivered, { channel: channel.id, person });
    },
    /** Writes a message; with a `ts` it goes into that thread. */
    say(person: string, place: Pick<Place, 'channel'> & Partial<Place>, text: string) {
      const channel = enter(workspace, person, place.channel);
      const { ts: threadTs = null } = place;
      const message = addMessage(workspace, channel, { user: person, text, threadTs });
      const kind = { public: 'channel', private: 'group', im: 'im' }[channel.kind];
      const about = { channel: channel.id, channel_type: kind, user: person, ts: message.ts };
      return raise({ type: 'message', ...about, text }) ?? Promise.resolve(null);
    },
    /** Null: the app is not subscribed to it or not in the channel. */
    react: react(addReaction),
    unreact: react(removeReaction),
    /** Of the app's two tabs: the other one has what it wrote to that person. */
    openHome(person: string, tab: 'home' | 'messages' = 'home'): Promise<Delivered | null> {
      personOf(workspace, person);
      const home = workspace.homes.get(person);
      const about = { user: person, channel: openIm(workspace, person).id, tab };
      const view = home && tab === 'home' ? { view: viewFields(home) } : {};
      return raise({ type: 'app_home_opened', ...about, ...view }) ?? Promise.resolve(null);
    },
    join(person: string, channelId: string): Promise<Delivered | null> {
      const { id, members } = channelOf(workspace, channelId);
      members.add(person);
      const event = { user: person, channel: id, channel_type: 'C' };
      return raise({ type: 'member_joined_channel', ...event }) ?? Promise.resolve(null);
    },
    leave(person: string, channelId: string): Promise<Delivered | null> {
      const { id, members } = enter(workspace, person, channelId);
      members.delete(person);
      const event = { user: person, channel: id, channel_type: 'C' };
      return raise({ type: 'member_left_channel', ...event }) ?? Promise.resolve(null);
    },
  };
}

type Place = { channel: string; ts: string };

/** A channel in which that person can do something. */
export function enter(workspace: Workspace, person: string, channelId: string): Channel {
  const { name, isDeactivated } = personOf(workspace, person);
  const channel = channelOf(workspace, channelId);
  if (isDeactivated) throw new Error(`${name} has been deactivated`);
  if (!channel.members.has(person)) throw new Error(`${name} is not in ${channel.name}`);
  if (channel.isArchived) throw new Error(`${channel.name} is archived`);
  return channel;
}

/** Shows the person what the acknowledgement said, if Slack takes it. */
function showResponse(
  { workspace }: Acting,
  delivered: Delivered,
  { channel, person }: { channel: string; person: string },
): Delivered {
  if (typeof delivered.response !== 'object' || delivered.response === null) return delivered;
  try {
    respond(workspace, { channel, person, ts: null }, { ...delivered.response });
    return delivered;
  } catch (error) {
    if (error instanceof Refused) return { ...delivered, problem: error.code };
    throw error;
  }
}

function commandIn({ manifest }: Workspace, text: string) {
  const commands = manifest.features.slash_commands ?? [];
  const [first = '', ...words] = text.split(' ');
  const named = commands.find(({ command }) => command === first);
  const found = named ?? commands[0];
  if (!found || (first.startsWith('/') && !named))
    throw new Error(`the manifest has no command ${first}`);
  const rest = (named ? words.join(' ') : text).trim();
  return { command: found.command, rest, escapes: found.should_escape === true };
}

/** Outside of public channels commands do not learn the channel’s name. */
export function nameInPayloads({ kind, name }: Channel): string {
  return { public: name, private: 'privategroup', im: 'directmessage' }[kind];
}

/** `@bob` becomes `<@U…|bob>`, and what could be taken for markup is made harmless first. */
function escaped(workspace: Workspace, text: string): string {
  const { people, channels, groups } = workspace;
  const named = new Map<string, string>();
  for (const { handle, id } of groups.values()) named.set(`@${handle}`, `<!subteam^${id}>`);
  for (const { name, id } of people.values()) named.set(`@${name}`, `<@${id}|${name}>`);
  for (const { name, id, kind } of channels.values())
    if (kind !== 'im') named.set(`#${name}`, `<#${id}|${kind === 'public' ? name : ''}>`);
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[@#][\p{L}\p{N}._-]+/gu, (word) => named.get(word) ?? word);
}
