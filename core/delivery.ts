import type { Invocation, Reaction } from './invocation.ts';

/**
 * What a chat handed to us. It is kept before the chat is told that it arrived, since the chat does
 * not say it again then. Who said it is found out when it is answered, as that may take a while.
 */
export type Delivery = CommandDelivery | ReactionDelivery;

type CommandDelivery = {
  kind: 'command';
  invocation: Omit<Invocation, 'standing'>;
  /** What the chat gave along for answering; null: nothing. */
  reply: string | null;
  /** The button, and the message that it is under; null: it was typed. */
  press: string | null;
  /** Then the chat has told the person that nothing came of it. */
  keepBy: Date;
};

type ReactionDelivery = { kind: 'reaction'; reaction: Omit<Reaction, 'standing'> };

/** One that was kept and waits for its answer. */
export type KeptDelivery = {
  delivery: Delivery;
  keptAt: Date;
  attempts: number;
  /** What was asked for was done, and only its answer is owed. */
  isDone: boolean;
};

export function requestKeyOf(delivery: Delivery): string {
  return delivery.kind === 'command'
    ? delivery.invocation.requestKey
    : delivery.reaction.requestKey;
}

/** Who said it, and where. */
export function askerOf(delivery: Delivery) {
  return delivery.kind === 'command'
    ? delivery.invocation
    : { ...delivery.reaction, channel: delivery.reaction.ref.channel };
}

/** Where a chat puts what people say to us. */
export type Inbox = {
  /**
   * Resolves when it is kept: it will be answered, whatever happens. Throws a `Fault` where it was
   * not kept in time: nothing will come of it.
   */
  take(delivery: Delivery): Promise<void>;
};
