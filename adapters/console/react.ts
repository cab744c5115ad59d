import type { z } from 'zod';

import type { Commands } from '../../core/invocation.ts';
import type { Log } from '../../core/ports.ts';
import type { Conversation, Pressed } from './conversation.ts';
import type { reactionBody } from './request.ts';

type Deps = { conversation: Conversation; commands: Commands; log: Log };

type Failure = { status: 404 | 409 | 500; error: string };

/** Shows an emoji that was pressed, and says so; what could not be said is shown no longer. */
export async function takeReaction(
  { conversation, commands, log }: Deps,
  { message, requestKey, ...press }: z.output<typeof reactionBody>,
): Promise<Failure | null> {
  const pressed = conversation.press(message, press);
  if (pressed.kind !== 'pressed') return refusals[pressed.kind];
  const { emoji, isAdded } = press;
  try {
    await commands.react({
      platform: 'console',
      externalId: press.person,
      standing: 'member',
      ref: pressed.ref,
      emoji,
      isAdded,
      requestKey,
    });
    return null;
  } catch (error) {
    log.error('console reaction failed', { error });
    pressed.undo();
    return { status: 500, error: 'Something went wrong on our side. Press it again.' };
  }
}

const refusals: Record<Exclude<Pressed['kind'], 'pressed'>, Failure> = {
  unknown_message: { status: 404, error: 'That message is not here any more.' },
  unknown_emoji: { status: 409, error: 'That emoji does not stand under this message any more.' },
  not_there: { status: 409, error: 'Your reaction is not there any more. Press it to react.' },
};
