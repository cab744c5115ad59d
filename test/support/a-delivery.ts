import { randomUUID } from 'node:crypto';
import type { Delivery } from '../../core/delivery.ts';
import { noonPlus } from './facts.ts';

type Typed = Extract<Delivery, { kind: 'command' }>;

/** What bob typed, under a key of its own, in time. */
export function aDelivery(
  text: string,
  {
    press = null,
    keepBy = noonPlus(3),
    ...facts
  }: Partial<Typed['invocation'] & Pick<Typed, 'press' | 'keepBy'>> = {},
): Delivery {
  const invocation = {
    platform: 'console',
    externalId: 'bob',
    channel: 'lab',
    text,
    requestKey: randomUUID(),
    ...facts,
  } as const;
  return { kind: 'command', invocation, reply: 'https://chat/reply', press, keepBy };
}

/** Bob’s, under a message of ours, and under a key of its own. */
export function aReaction(
  facts: Partial<Extract<Delivery, { kind: 'reaction' }>['reaction']> = {},
): Delivery {
  const reaction = {
    platform: 'console',
    externalId: 'bob',
    ref: { channel: 'lab', message: 'request:1' },
    emoji: '✅',
    isAdded: true,
    requestKey: randomUUID(),
    ...facts,
  } as const;
  return { kind: 'reaction', reaction };
}
