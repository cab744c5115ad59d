import type { WebClient } from '@slack/web-api';
import { Fault } from '../../core/fault.ts';
import type { MessageRef } from '../../core/message.ts';
import { calling } from './faults.ts';

/** What marks a message as the one that was posted under that key. */
export function metadataOf(key: string) {
  return { event_type: 'dibs_message', event_payload: { key } };
}

const pageSize = 200;
const mostPages = 3;
/** What is repeated was tried less long ago than this. */
const lookBackSeconds = 3 * 24 * 3600;

/** The message that was posted under that key, if Slack took it before we heard so. */
export async function findPosted(
  client: WebClient,
  wanted: { channel: string; key: string; thread: MessageRef | null; now: Date },
  signal: AbortSignal,
): Promise<MessageRef | null> {
  const { channel, key, thread, now } = wanted;
  const oldest = String(Math.floor(now.getTime() / 1000) - lookBackSeconds);
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const asked = { channel, oldest, limit: pageSize, include_all_metadata: true };
    const from = cursor === undefined ? asked : { ...asked, cursor };
    const { messages = [], response_metadata: next } = await calling<History>(signal, () =>
      thread === null
        ? client.conversations.history(from)
        : client.conversations.replies({ ...from, ts: thread.message }),
    ).catch(nothingToSee);
    const found = messages.find(({ metadata }) => metadata?.event_payload?.key === key);
    if (found?.ts !== undefined) return { channel, message: found.ts };
    cursor = next?.next_cursor || undefined;
    if (cursor === undefined) return null;
  }
  return null;
}

/** In public channels we may post without being there, and then not read what we posted. */
function nothingToSee(error: unknown): History {
  if (error instanceof Fault && error.code === 'chat_channel_lost') return {};
  throw error;
}

/** The client's types leave out what a message's metadata holds. */
type History = {
  messages?: { ts?: string; metadata?: { event_payload?: { key?: unknown } } }[];
  response_metadata?: { next_cursor?: string };
};
