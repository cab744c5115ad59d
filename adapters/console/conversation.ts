import { Fault } from '../../core/fault.ts';
import type { Address, Message, MessageRef } from '../../core/message.ts';
import type { Chat, Clock } from '../../core/ports.ts';
import { type Press, type StandingEmoji, standingAfter, standingUnder } from './reactions.ts';

type Posted = {
  id: string;
  channel: string;
  /** The only one who sees it; null: everybody. */
  person: string | null;
  at: Date;
  message: Message;
  reactions: readonly StandingEmoji[];
};

type ConversationChange = { kind: 'message' | 'update'; posted: Posted };

export type Pressed =
  /** `undo` puts back what was there before, for whoever pressed. */
  | { kind: 'pressed'; ref: MessageRef; undo(): void }
  | { kind: 'unknown_message' | 'unknown_emoji' | 'not_there' };

export type Conversation = Chat & {
  /** Puts an emoji that stands under a message there in somebody's name too, or takes it away. */
  press(message: string, press: Press): Pressed;
  /** Oldest first. */
  seenBy(person: string): Posted[];
  /** Calls back for each change that this person may see, until the returned function is called. */
  listen(person: string, onChange: (change: ConversationChange) => void): () => void;
};

/**
 * The last messages, in memory. A message's key is its id, so a reference from before a restart
 * still means the same message: updating it posts it anew, without what people had put under it.
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

  function add({ channel, message: id }: MessageRef, message: Message) {
    const reactions = standingUnder(message);
    const person = personOf(channel);
    put('message', { id, channel, person, at: clock.now(), message, reactions });
  }

  return {
    editSeconds: 0,
    hasThreads: false,

    async post({ to, message, key }, signal) {
      refuseAborted(signal);
      const ref = { channel: channelOf(to), message: key };
      if (!messages.has(key)) add(ref, message);
      return ref;
    },

    async update(ref, message, signal) {
      refuseAborted(signal);
      const known = messages.get(ref.message);
      if (!known) return add(ref, message);
      put('update', { ...known, message, reactions: standingUnder(message, known.reactions) });
    },

    // Whoever opens the page may speak as anybody.
    introduce: async ({ channel }) => ({ standing: 'member', channel }),

    press(id, press) {
      const posted = messages.get(id);
      if (!posted || !isSeenBy(press.person, posted)) return { kind: 'unknown_message' };
      const { channel, reactions } = posted;
      const standing = reactions.find(({ emoji }) => emoji === press.emoji);
      const isThere = standing?.people.includes(press.person) ?? false;
      if (!press.isAdded && !isThere) return { kind: 'not_there' };
      if (!standing) return { kind: 'unknown_emoji' };
      const change = (isAdded: boolean) => {
        const current = messages.get(id);
        if (!current || press.isAdded === isThere) return;
        const after = standingAfter(current.reactions, { ...press, isAdded });
        put('update', { ...current, reactions: after });
      };
      change(press.isAdded);
      const ref = { channel, message: id };
      return { kind: 'pressed', ref, undo: () => change(isThere) };
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
