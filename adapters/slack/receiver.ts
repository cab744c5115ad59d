import type { App, Receiver } from '@slack/bolt';
import type { Inbox } from '../../core/delivery.ts';
import { reactionDelivery } from './payloads.ts';

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
          const delivery = reactionDelivery(event.body, botUserId());
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
