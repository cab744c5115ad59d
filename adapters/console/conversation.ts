import { Fault } from '../../core/fault.ts';
import type { Address, Message } from '../../core/message.ts';
import type { Chat, Clock } from '../../core/ports.ts';

type Posted = {
  id: string;
  /** The only one who sees it; null: everybody. */
  person: string | null;
  at: Date;
  message: Message;
};

type ConversationChange = { kind: 'message' | 'update'; posted: Posted };

export type Conversation = Chat & {
  /** Oldest first. */
  seenBy(person: string): Posted[];
  /** Calls back for each change that this person may see, until the returned function is called. */
  listen(person: string, onChange: (change: ConversationChange) => void): () => void;
};

/**
 * The last messages, in memory. A message's key is its id, so a reference from before a restart
 * still means the same message: updating it posts it anew.
 */
export function createConversation({ clock }: { clock: Clock }): Conversation {
  const messages = new Map<string, Posted>();
  const listeners = new Set<(change: ConversationChange) => void>();

  function put(kind: ConversationChange['kind'], posted: Posted) {
    messages.set(posted.id, posted);
    const [oldest] = messages.keys();
    if (messages.size > mostMessages && oldest !== undefined) messages.delete(oldest);
    for (const listener of listeners) listener({ kind, posted });
  }

  return {
    // biome-ignore lint/complexity/useMaxParams: the port's own shape.
    async post(to, message, key, signal) {
      refuseAborted(signal);
      const ref = { channel: channelOf(to), message: key };
      if (!messages.has(key))
        put('message', { id: key, person: personOf(ref.channel), at: clock.now(), message });
      return ref;
    },

    async update(ref, message, signal) {
      refuseAborted(signal);
      const known = messages.get(ref.message);
      if (known) return put('update', { ...known, message });
      put('message', {
        id: ref.message,
        person: personOf(ref.channel),
        at: clock.now(),
        message,
      });
    },

    seenBy: (person) => [...messages.values()].filter((posted) => isSeenBy(person, posted)),

    listen(person, onChange) {
      const listener = (change: ConversationChange) => {
        if (isSeenBy(person, change.posted)) onChange(change);
      };
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const mostMessages = 500;

/** A person's own channel is their id behind an @, which no shared channel begins with. */
function channelOf(to: Address): string {
  return to.kind === 'channel' ? to.channel : `@${to.externalId}`;
}

function personOf(channel: string): string | null {
  return channel.startsWith('@') ? channel.slice(1) : null;
}

function isSeenBy(person: string, posted: Posted): boolean {
  return posted.person === null || posted.person === person;
}

function refuseAborted(signal: AbortSignal) {
  if (signal.aborted) throw new Fault('aborted', {}, signal.reason);
}
