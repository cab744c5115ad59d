import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createSlackClock, type SlackClock } from './clock.ts';
import type { Call, Channel, Group, Person, View } from './entities.ts';
import type { Manifest } from './manifest.ts';

const PATIENCE_MILLISECONDS = 60_000;

export const teamId = 'T0DIBS';
export const strangerTeamId = 'T0ELSEWHERE';
export const appId = 'A0DIBS';
export const domain = 'lab';

/** Everything that Slack knows. What happens to it is elsewhere; this only keeps it. */
export type Workspace = ReturnType<typeof createWorkspace>;

export function createWorkspace(manifest: Manifest, clock: SlackClock = createSlackClock()) {
  const changes = new EventEmitter().setMaxListeners(0);
  const bot = { userId: 'U0DIBSBOT', botId: 'B0DIBS', teamId };
  const people = new Map<string, Person>([[bot.userId, botPerson(manifest, bot.userId)]]);
  const calls: Call[] = [];
  let lastTs = 0;
  let lastId = 0;
  return {
    manifest,
    clock,
    bot,
    tokens: {
      bot: `xoxb-${secret()}`,
      app: `xapp-${secret()}`,
      signingSecret: secret(),
    },
    revoked: { bot: false, app: false },
    people,
    channels: new Map<string, Channel>(),
    groups: new Map<string, Group>(),
    /** By person; the last is on top. */
    modals: new Map<string, View[]>(),
    homes: new Map<string, View>(),
    calls,
    /** `U0000007`: capital letters and digits, as Slack’s own. */
    newId: (letter: string) => `${letter}${String(++lastId).padStart(7, '0')}`,
    /** Unique and growing, whatever the clock does. */
    newTs() {
      lastTs = Math.max(lastTs + 1, Math.floor(clock.now() * 1000));
      return `${Math.floor(lastTs / 1e6)}.${String(lastTs % 1e6).padStart(6, '0')}`;
    },
    changed: () => changes.emit('change'),
    /**
     * Resolves when that is so; looked at again after whatever happens. In a test that waits in
     * vain the reason is most often a call that was refused, so those are told.
     */
    async until(isSo: () => boolean) {
      const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
      while (!isSo())
        await once(changes, 'change', { signal }).catch(() => {
          const refused = calls.filter(({ error }) => error !== null);
          throw new Error(`waited in vain; refused calls: ${JSON.stringify(refused.slice(-5))}`);
        });
    },
  };
}

function botPerson({ features }: Manifest, id: string): Person {
  const name = features.bot_user.display_name;
  return { id, name, displayName: name, standing: 'bot', zone: 'UTC', isDeactivated: false };
}

export const secret = () => randomBytes(16).toString('hex');

export function personOf({ people }: Workspace, id: string): Person {
  const person = people.get(id);
  if (!person) throw new Error(`nobody has the id ${id}; add them with addPerson`);
  return person;
}

export function channelOf({ channels }: Workspace, id: string): Channel {
  const channel = channels.get(id);
  if (!channel) throw new Error(`there is no channel ${id}; add it with addChannel`);
  return channel;
}

export const teamOf = ({ standing }: Person) => (standing === 'stranger' ? strangerTeamId : teamId);

export function imOf(workspace: Workspace, personId: string): Channel | null {
  const { channels } = workspace;
  return (
    [...channels.values()].find((one) => one.kind === 'im' && one.members.has(personId)) ?? null
  );
}

/** The conversation between the bot and a person, begun if there was none. */
export function openIm(workspace: Workspace, personId: string): Channel {
  const known = imOf(workspace, personId);
  if (known) return known;
  const channel: Channel = {
    id: workspace.newId('D'),
    name: 'directmessage',
    kind: 'im',
    members: new Set([personId, workspace.bot.userId]),
    isArchived: false,
    messages: [],
  };
  workspace.channels.set(channel.id, channel);
  return channel;
}
