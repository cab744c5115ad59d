import type { Standing } from './entity.ts';
import type { Message, MessageRef, Platform } from './message.ts';
import type { Refusal } from './refusal.ts';
import type { SessionView } from './view.ts';

/** What somebody typed or pressed, wherever that was. */
export type Invocation = {
  platform: Platform;
  /** Who, in the platform's own terms. */
  externalId: string;
  /** Where it was given: the session's message belongs there. */
  channel: string;
  /** What follows `/gpu`. */
  text: string;
  /** The same for a second delivery of the same thing. */
  requestKey: string;
};

/** An emoji that somebody put under one of our messages, or took away again. */
export type Reaction = {
  platform: Platform;
  externalId: string;
  standing: Standing;
  ref: MessageRef;
  /** As in Unicode. */
  emoji: string;
  isAdded: boolean;
  /** The same for a second delivery of the same thing. */
  requestKey: string;
};

/** The answer, for the one who asked alone. */
export type Reply = {
  ok: boolean;
  message: Message;
  /** The message as plain lines, for terminals. */
  text: string;
  refusal: Refusal | null;
  /** The session that was spoken of, as its asker may see it. */
  session: SessionView | null;
};

/** A way to go on typing: `text` replaces the whole line after `/gpu `. */
export type Suggestion = { text: string; hint: string };

/** What every face of Dibs calls. */
export type Commands = {
  handle(invocation: Invocation): Promise<Reply>;
  /** What follows from it is said in messages. */
  react(reaction: Reaction): Promise<void>;
  complete(invocation: Omit<Invocation, 'requestKey'>): Promise<Suggestion[]>;
};
