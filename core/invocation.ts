import type { Standing } from './entity.ts';
import type { Message, MessageRef, Platform } from './message.ts';
import type { Refusal } from './refusal.ts';
import type { SessionView } from './view.ts';

/** What somebody typed or pressed, wherever that was. */
export type Invocation = {
  platform: Platform;
  /** Who, in the platform's own terms. */
  externalId: string;
  standing: Standing;
  /** Where it was given: the session's message belongs there. */
  channel: string;
  /** What follows `/gpu`. Somebody who is mentioned stands there as `<@id|name>`. */
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
  /** The asker's sessions, balance, board and requests on one page. */
  home(asker: Asker): Promise<Message>;
  /** The start of a session, with what was chosen so far; or why there is none to be had. */
  startForm(
    asker: Asker & Pick<Invocation, 'standing'>,
    chosen: Chosen,
  ): Promise<{ form: Form } | { message: Message }>;
  /** What follows `/gpu` for what was chosen there. */
  startCommand(chosen: Chosen): string;
  /** What follows from it is said in messages. */
  react(reaction: Reaction): Promise<Reacted>;
  complete(invocation: Asker & Pick<Invocation, 'text'>): Promise<Suggestion[]>;
};

/** Something to be filled in, where a chat can show such a thing. */
export type Form = {
  title: string;
  submit: string;
  fields: readonly FormField[];
  /** What it would cost and what is free for it; or why it would be refused. */
  quote: Message;
};

/** One of several things to choose. `chosen` is the value of one of the options. */
export type FormField = {
  name: string;
  label: string;
  options: readonly { value: string; label: string }[];
  chosen: string;
};

/** By the names of the fields. */
export type Chosen = Readonly<Record<string, string>>;

export type Asker = Pick<Invocation, 'platform' | 'externalId' | 'channel'>;

/** `unknown_message`: we do not know it as one of ours, or not yet. */
export type Reacted = 'taken' | 'not_for_us' | 'unknown_message';
