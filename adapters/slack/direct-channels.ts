import type { WebClient } from '@slack/web-api';
import { Fault } from '../../core/fault.ts';
import { calling } from './faults.ts';

const mostRemembered = 5000;

/** The channel of the direct messages with somebody. */
export function createDirectChannels(client: WebClient) {
  const known = new Map<string, string>();
  return async (externalId: string, signal: AbortSignal): Promise<string> => {
    const earlier = known.get(externalId);
    if (earlier !== undefined) return earlier;
    const opened = await calling(signal, () => client.conversations.open({ users: externalId }));
    const channel = opened.channel?.id;
    if (channel === undefined) throw new Fault('chat_refused', { detail: 'no direct messages' });
    if (known.size >= mostRemembered) known.clear();
    known.set(externalId, channel);
    return channel;
  };
}
