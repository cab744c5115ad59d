import { z } from 'zod';
import type { Delivery } from '../../core/delivery.ts';
import { buttonAction } from './buttons.ts';
import { emojiOfName } from './emoji.ts';
import { formatReply, type SlackReply } from './reply.ts';

/** Slack tells the person that nothing came of it after three seconds. */
const keepMillis = 2500;

export const slashCommand = z.object({
  user_id: z.string(),
  channel_id: z.string(),
  text: z.string().default(''),
  trigger_id: z.string(),
  response_url: z.string(),
});

const container = z.object({
  type: z.string(),
  message_ts: z.string().optional(),
  channel_id: z.string().optional(),
  is_ephemeral: z.boolean().optional(),
});

export const blockAction = z.object({
  user: z.object({ id: z.string() }),
  trigger_id: z.string(),
  container,
  response_url: z.string().optional(),
  view: z
    .object({
      id: z.string(),
      type: z.string(),
      hash: z.string().optional(),
      private_metadata: z.string().default(''),
      state: z.unknown(),
    })
    .optional(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional() })).min(1),
});
export type BlockAction = z.output<typeof blockAction>;

const pressed = z.object({
  command: z.string(),
  asks: z.string().nullable(),
  settles: z.boolean(),
  title: z.string().optional(),
});

export const viewSubmission = z.object({
  user: z.object({ id: z.string() }),
  view: z.object({
    id: z.string(),
    private_metadata: z.string(),
    state: z.unknown(),
  }),
});

const reactionEvent = z.object({
  type: z.literal('event_callback'),
  event_id: z.string(),
  event: z.object({
    type: z.enum(['reaction_added', 'reaction_removed']),
    user: z.string(),
    reaction: z.string(),
    item_user: z.string().optional(),
    item: z.object({ type: z.string(), channel: z.string().optional(), ts: z.string().optional() }),
  }),
});

/** Where an answer goes, and what the same asking is known again by. */
type Said = {
  externalId: string;
  channel: string;
  text: string;
  /** Unique on Slack, and the same for a second delivery. */
  id: string;
  reply: SlackReply | null;
  press: string | null;
};

export function commandDelivery(said: Said, heardAt: Date): Delivery {
  const { externalId, channel, text, id, reply, press } = said;
  return {
    kind: 'command',
    invocation: {
      platform: 'slack',
      externalId,
      channel,
      text,
      requestKey: `slack:${id}`,
    },
    reply: reply && formatReply(reply),
    press,
    keepBy: new Date(heardAt.getTime() + keepMillis),
  };
}

/** The button of a command; null: it is none. */
export function pressOf({ actions: [action] }: BlockAction): Pressed | null {
  if (action?.value === undefined || !buttonAction.test(action.action_id)) return null;
  return { ...pressed.parse(JSON.parse(action.value)), action: action.action_id };
}
export type Pressed = z.output<typeof pressed> & { action: string };

/** On the Home tab the answer is shown there, and else beside the message or in its place. */
export function replyTo(
  { container: at, response_url: url }: BlockAction,
  { settles }: Pressed,
): SlackReply | null {
  if (at.type === 'view') return { kind: 'home' };
  if (url === undefined) return null;
  return { kind: settles ? 'replace' : 'respond', url };
}

export function isReaction(body: unknown): boolean {
  return reactionEvent.safeParse(body).success;
}

/** A reaction to a message of ours; null: to anything else, or by ourselves. */
export function reactionDelivery(body: unknown, botUserId: string | null): Delivery | null {
  const parsed = reactionEvent.safeParse(body);
  if (!parsed.success) return null;
  const { event, event_id: id } = parsed.data;
  const { user, item, item_user: author, reaction } = event;
  const emoji = emojiOfName(reaction);
  if (emoji === null || item.channel === undefined || item.ts === undefined) return null;
  if (user === botUserId || (author !== undefined && author !== botUserId)) return null;
  return {
    kind: 'reaction',
    reaction: {
      platform: 'slack',
      externalId: user,
      ref: { channel: item.channel, message: item.ts },
      emoji,
      isAdded: event.type === 'reaction_added',
      requestKey: `slack:${id}`,
    },
  };
}
