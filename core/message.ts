/**
 * A message in no platform's own terms. Each chat adapter renders it within its platform's limits.
 * Inline text may hold spans; `times` are shown in the reader's own zone.
 */
export type Span =
  | string
  | { kind: 'strong'; text: string }
  | { kind: 'code'; text: string }
  /** Left out of notifications, which others may see on a screen. */
  | { kind: 'secret'; text: string }
  | { kind: 'link'; text: string; url: string }
  | { kind: 'mention'; personId: string; name: string }
  /** By its id, on the platform where it is said. */
  | { kind: 'channel'; channel: string }
  /** `relative`: "in 2 hours"; `clock`: "16:40", with the day where it is not today. */
  | { kind: 'time'; at: Date; style: 'clock' | 'relative' };

export type Text = readonly Span[];

/** A button. It carries a command, so a press is one more invocation. */
export type MessageAction = {
  label: string;
  /** Text after `/gpu`, with the session's name spelled out. */
  command: string;
  style: 'primary' | 'plain' | 'danger';
  /** Asked before it runs, where it hurts. */
  confirm: string | null;
  /** A question whose answer goes behind the command, and may be left empty. */
  asks: string | null;
  /** The answer takes the message's place: there is nothing more to choose in it. */
  settles: boolean;
};

export type MessagePart =
  | { kind: 'text'; text: Text }
  /** Over the parts that follow, where a message has several subjects. */
  | { kind: 'heading'; text: string }
  | { kind: 'fields'; fields: readonly { name: string; value: Text }[] }
  /** `align` per column; cells are plain text. */
  | {
      kind: 'table';
      columns: readonly { name: string; align: 'left' | 'right' }[];
      rows: readonly (readonly string[])[];
    }
  | { kind: 'code'; text: string }
  /** `fraction` from 0 to 1; null while it cannot be known. */
  | { kind: 'progress'; label: string; fraction: number | null }
  /** Emoji that stand under the message already, for people to press. */
  | { kind: 'reactions'; emojis: readonly string[] }
  /** Attached; where nothing can be, it is the text. */
  | { kind: 'file'; name: string; mediaType: string; text: string }
  | { kind: 'actions'; actions: readonly MessageAction[] };

export type Message = {
  title: string | null;
  /** A colour's meaning, never the only carrier of it. */
  tone: 'neutral' | 'progress' | 'good' | 'warning' | 'bad';
  parts: readonly MessagePart[];
};

export type Platform = 'console' | 'slack' | 'discord' | 'api';

/** Where a message goes. */
export type Address =
  | { kind: 'channel'; channel: string }
  /** One person alone, by direct message. */
  | { kind: 'person'; externalId: string }
  /**
   * One person alone, where they are: in that channel if the platform can, else by direct message.
   * `reply` is what the platform gave along for answering what they asked; null: they did not.
   */
  | { kind: 'aside'; externalId: string; channel: string; reply: string | null };

/** A message that was posted, in its platform's terms. */
export type MessageRef = { channel: string; message: string };
