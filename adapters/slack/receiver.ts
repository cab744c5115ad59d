import type { App, Receiver } from '@slack/bolt';
import type { Inbox } from '../../core/delivery.ts';
import { Fault } from '../../core/fault.ts';
import { isReaction, reactionDelivery } from './payloads.ts';

/**
 * Bolt acknowledges an event before it tells anybody of it. This one keeps votes first, so that
 * Slack repeats those that we lost.
 */
export function keepingVotes(
  receiver: Receiver,
  { inbox, botUserId }: { inbox: Inbox; botUserId: () => string | null },
): Receiver {
  return {
    init(app) {
      const keeping: Pick<App, 'processEvent'> = {
        async processEvent(event) {
          const own = botUserId();
          // Whose message it is under, we know in a moment, and Slack repeats it.
          if (own === null && isReaction(event.body))
            throw new Fault('chat_unreachable', { detail: 'Slack has not said yet who we are' });
          const delivery = reactionDelivery(event.body, own);
          if (delivery !== null) await inbox.take(delivery);
          await app.processEvent(event);
        },
      };
      // A receiver calls nothing else of the app that it is given.
      receiver.init(keeping as App);
    },
    start: () => receiver.start(),
    stop: () => receiver.stop(),
  };
}
