import type { Fields } from './check.ts';
import type { Channel, StoredFile } from './entities.ts';
import type { RaiseEvent } from './events.ts';
import { Refused, refusedFor } from './refused.ts';
import type { Tickets } from './tickets.ts';
import type { Workspace } from './workspace.ts';

export type MethodContext = {
  workspace: Workspace;
  tickets: Tickets;
  raise: RaiseEvent;
  /** Asked for and not yet completed, by file id. */
  uploads: Map<string, Upload>;
  /** `http://127.0.0.1:40123`. */
  address(): string;
  /** `ws://127.0.0.1:40123/link?ticket=…`, good once. */
  newSocketUrl(): string;
  /** Refuses a post that comes too soon after others in the channel. */
  countPost(channel: Channel): void;
};
type Upload = { length: number; file: StoredFile | null; name: string };

type ArgumentKind = 'text' | 'number' | 'flag' | 'json';

export type Method = {
  token: 'bot' | 'app';
  /** Which scope it needs: null for none; by the channel’s kind for conversations. */
  scope: string | null | ConversationScope;
  /** By name; one that ends in `?` may be absent. Others are refused. */
  args: Readonly<Record<string, ArgumentKind>>;
  run(args: Arguments, context: MethodContext): Fields;
};
export type ConversationScope = { public: string; private: string; im: string };
export type Arguments = ReturnType<typeof readArguments>;

export const scopesFor = (verb: 'read' | 'history'): ConversationScope => ({
  public: `channels:${verb}`,
  private: `groups:${verb}`,
  im: `im:${verb}`,
});

/** Values of a form are strings and those of a JSON body are not; methods see no difference. */
export function readArguments(sent: Fields, kinds: Method['args']) {
  const problems = Object.keys(sent)
    .filter((name) => !(name in kinds) && !(`${name}?` in kinds))
    .map((name) => `invalid additional property: ${name}`);
  const missing = Object.keys(kinds).filter((name) => !name.endsWith('?') && !(name in sent));
  problems.push(...missing.map((name) => `missing required field: ${name}`));
  if (problems.length > 0) throw refusedFor('invalid_arguments', problems);
  return {
    /** Empty where it is absent. */
    text: (name: string) => String(sent[name] ?? ''),
    number: (name: string, fallback: number) => Number(sent[name] ?? fallback),
    flag: (name: string) => String(sent[name] ?? 'false') === 'true',
    has: (name: string) => sent[name] !== undefined,
    /** Undefined where it is absent. */
    json(name: string): unknown {
      const value = sent[name];
      if (typeof value !== 'string') return value;
      try {
        return JSON.parse(value);
      } catch {
        throw refusedFor('invalid_arguments', [`${name} is not JSON`]);
      }
    },
  };
}

/** A channel that the bot can see: of a private one it knows only from within. */
export function visibleChannel(workspace: Workspace, id: string): Channel {
  const channel = workspace.channels.get(id);
  if (!channel || (channel.kind !== 'public' && !hasBot(workspace, channel)))
    throw new Refused('channel_not_found');
  return channel;
}

/** One that it is in. */
export function joinedChannel(workspace: Workspace, id: string): Channel {
  const channel = visibleChannel(workspace, id);
  if (!hasBot(workspace, channel)) throw new Refused('not_in_channel');
  return channel;
}

/** One that it may write to. */
export function writableChannel(workspace: Workspace, id: string): Channel {
  const channel = visibleChannel(workspace, id);
  if (channel.isArchived) throw new Refused('is_archived');
  const scopes = workspace.manifest.oauth_config.scopes.bot;
  if (!hasBot(workspace, channel) && !scopes.includes('chat:write.public'))
    throw new Refused('not_in_channel');
  return channel;
}

export const hasBot = ({ bot }: Workspace, { members }: Channel) => members.has(bot.userId);

/** Up to `limit` of them, from where the cursor says. */
export function pageOf<Item>(items: readonly Item[], args: Arguments) {
  const limit = args.number('limit', 100);
  if (!(limit >= 1 && limit <= 1000)) throw new Refused('invalid_limit');
  const from = args.has('cursor') ? Number(atob(args.text('cursor')).replace('at:', '')) : 0;
  if (!Number.isInteger(from)) throw new Refused('invalid_cursor');
  const page = items.slice(from, from + limit);
  const hasMore = from + limit < items.length;
  const cursor = hasMore ? btoa(`at:${from + limit}`) : '';
  return { page, hasMore, response_metadata: { next_cursor: cursor } };
}
