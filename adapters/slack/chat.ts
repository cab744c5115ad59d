import type { KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { unreachable } from '../../core/assert.ts';
import { Fault } from '../../core/fault.ts';
import type { Address, Message, MessageRef } from '../../core/message.ts';
import type { Chat, Clock, Post } from '../../core/ports.ts';
import { createDirectChannels } from './direct-channels.ts';
import { nameOfEmoji } from './emoji.ts';
import { calling, patiently, slackError, toFault } from './faults.ts';
import { type IdentityOf, namesIn } from './names.ts';
import type { Pace } from './pace.ts';
import { createPeople } from './people.ts';
import { findPosted, metadataOf } from './posted.ts';
import { renderMessage, type SlackFile } from './render.ts';
import { parseReply } from './reply.ts';
import { respond } from './respond.ts';

export type SlackChatDeps = {
  client: WebClient;
  clock: Clock;
  pace: Pace;
  identityOf: IdentityOf;
  /** Shows an answer on top of somebody's Home tab. */
  showHome(externalId: string, answer: Message, signal: AbortSignal): Promise<void>;
  /** What somebody did shows on their Home tab too. */
  refreshHome(externalId: string): void;
};

type Aside = Extract<Address, { kind: 'aside' }>;
type Rendered = { text: string; blocks: KnownBlock[]; files: SlackFile[] };

/** Slack as a place for messages. */
export function createSlackChat(deps: SlackChatDeps): Chat {
  const { client, clock } = deps;
  const people = createPeople(deps);
  const directChannel = createDirectChannels(client);

  const render = async (message: Message, filesAre = ''): Promise<Rendered> =>
    renderMessage(message, {
      names: await namesIn(message, deps.identityOf),
      now: clock.now(),
      filesAre,
    });

  async function postIn(channel: string, posted: Post, signal: AbortSignal): Promise<MessageRef> {
    const { message, key, thread, isRepeat } = posted;
    const wanted = { channel, key, thread, now: clock.now() };
    const earlier = isRepeat ? await findPosted(client, wanted, signal) : null;
    const { files, ...content } = await render(message);
    const ref = earlier ?? (await send(deps, { channel, content, key, thread }, signal));
    await addReactions(deps, { ref, message }, signal);
    await upload(deps, { channel, thread, files }, signal);
    return ref;
  }

  async function postAside(
    { to, message, key }: Post & { to: Aside },
    signal: AbortSignal,
  ): Promise<MessageRef> {
    const { externalId: user, channel } = to;
    const reply = parseReply(to.reply);
    if (reply?.kind === 'home') {
      await deps.showHome(user, message, signal);
      return { channel: user, message: key };
    }
    deps.refreshHome(user);
    const { files, ...content } = await render(message, ' is in your direct messages with Dibs');
    // What is for one alone is attached where nobody else is.
    if (files.length > 0) {
      const own = await directChannel(user, signal);
      await upload(deps, { channel: own, thread: null, files }, signal);
    }
    if (reply !== null && (await respond(reply, content, signal))) return { channel, message: key };
    const ts = await whisper(client, { channel, user, content }, signal);
    if (ts !== null) return { channel, message: ts };
    const own = await directChannel(user, signal);
    return send(deps, { channel: own, content, key, thread: null }, signal);
  }

  return {
    editSeconds: 3,
    hasThreads: true,
    async post(posted, signal) {
      if (signal.aborted) throw new Fault('aborted', {}, signal.reason);
      const { to } = posted;
      switch (to.kind) {
        case 'channel':
          return postIn(to.channel, posted, signal);
        case 'person':
          return postIn(await directChannel(to.externalId, signal), posted, signal);
        case 'aside':
          return postAside({ ...posted, to }, signal);
        default:
          return unreachable(to);
      }
    },
    async update({ channel, message: ts }, message, signal) {
      if (signal.aborted) throw new Fault('aborted', {}, signal.reason);
      const { text, blocks } = await render(message);
      await calling(signal, () => client.chat.update({ channel, ts, text, blocks }));
    },
    async introduce({ externalId, channel }, signal) {
      const standing = await people.standingOf(externalId, signal);
      // Two people's direct messages are closed to us: then ours with the asker are meant.
      const isDirect = channel.startsWith('D') || channel === '';
      return { standing, channel: isDirect ? await directChannel(externalId, signal) : channel };
    },
  };
}

type Sending = {
  channel: string;
  content: Omit<Rendered, 'files'>;
  key: string;
  thread: MessageRef | null;
};

async function send(
  { client, pace }: SlackChatDeps,
  { channel, content, key, thread }: Sending,
  signal: AbortSignal,
): Promise<MessageRef> {
  await pace.turn(channel, signal);
  try {
    const { ts = '', channel: where = channel } = await calling(signal, () =>
      client.chat.postMessage({
        channel,
        ...content,
        ...(thread === null ? {} : { thread_ts: thread.message }),
        metadata: metadataOf(key),
        unfurl_links: false,
        unfurl_media: false,
      }),
    );
    return { channel: where, message: ts };
  } catch (error) {
    const { code, facts } = toFault(error);
    if (code === 'chat_busy') pace.rest(channel, facts.retryAfterSeconds ?? 1);
    throw error;
  }
}

/** Null: an ephemeral message reaches only who is in the channel, and only where we are too. */
async function whisper(
  client: WebClient,
  { channel, user, content }: { channel: string; user: string; content: Omit<Rendered, 'files'> },
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const posted = await calling(signal, () =>
      client.chat.postEphemeral({ channel, user, ...content }),
    );
    return posted.message_ts ?? '';
  } catch (error) {
    const fault = toFault(error);
    const isLost = fault.code === 'chat_channel_lost';
    if (isLost || slackError(fault.cause) === 'user_not_in_channel') return null;
    throw fault;
  }
}

async function addReactions(
  { client, clock }: SlackChatDeps,
  { ref: { channel, message: timestamp }, message }: { ref: MessageRef; message: Message },
  signal: AbortSignal,
): Promise<void> {
  const emojis = message.parts.flatMap((part) => (part.kind === 'reactions' ? part.emojis : []));
  for (const emoji of emojis) {
    const name = nameOfEmoji(emoji);
    if (name === null) continue;
    try {
      await patiently(clock, signal, () => client.reactions.add({ channel, timestamp, name }));
    } catch (error) {
      // It is there already; or Slack does not want it, and then the buttons have to do.
      const { code } = toFault(error);
      if (code !== 'chat_refused' && code !== 'chat_channel_lost') throw error;
    }
  }
}

async function upload(
  { client, clock }: SlackChatDeps,
  { channel, thread, files }: { channel: string; thread: MessageRef | null; files: SlackFile[] },
  signal: AbortSignal,
): Promise<void> {
  for (const { name: filename, text } of files) {
    const file = { channel_id: channel, filename, content: text };
    await patiently(clock, signal, () =>
      client.filesUploadV2(thread === null ? file : { ...file, thread_ts: thread.message }),
    );
  }
}
