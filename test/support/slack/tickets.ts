import { randomUUID } from 'node:crypto';
import { limits } from './limits.ts';
import { Refused } from './refused.ts';
import type { Workspace } from './workspace.ts';

/** Where posts to a response URL go. */
export type ResponseTarget = {
  channel: string;
  person: string;
  /** The message whose button was pressed; null: a command. */
  ts: string | null;
};

export type Tickets = ReturnType<typeof createTickets>;

/** What Slack hands out for a short while: trigger ids and response URLs. */
export function createTickets({ clock }: Workspace, address: () => string) {
  const triggers = new Map<string, { person: string; issuedAt: number; isUsed: boolean }>();
  const responses = new Map<string, { target: ResponseTarget; issuedAt: number; posts: number }>();
  return {
    trigger(person: string): string {
      const id = `${clock.now()}.${randomUUID()}`;
      triggers.set(id, { person, issuedAt: clock.now(), isUsed: false });
      return id;
    },
    /** Answers whose it is. It is good once and for three seconds. */
    useTrigger(id: string): string {
      const trigger = triggers.get(id);
      if (!trigger) throw new Refused('invalid_trigger_id');
      if (trigger.isUsed) throw new Refused('exchanged_trigger_id');
      if (clock.now() - trigger.issuedAt > limits.trigger.millis)
        throw new Refused('expired_trigger_id');
      trigger.isUsed = true;
      return trigger.person;
    },
    responseUrl(target: ResponseTarget): string {
      const id = randomUUID();
      responses.set(id, { target, issuedAt: clock.now(), posts: 0 });
      return `${address()}/response/${id}`;
    },
    /** Five posts in thirty minutes. */
    useResponse(id: string): ResponseTarget {
      const response = responses.get(id);
      if (!response) throw new Refused('invalid_url');
      if (clock.now() - response.issuedAt > limits.responseUrl.millis)
        throw new Refused('expired_url');
      if (response.posts >= limits.responseUrl.posts) throw new Refused('used_url');
      response.posts += 1;
      return response.target;
    },
  };
}
