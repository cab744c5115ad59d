import { askerOf, type Delivery, type KeptDelivery, requestKeyOf } from '../../core/delivery.ts';
import { Fault, type FaultCode } from '../../core/fault.ts';
import type { Commands } from '../../core/invocation.ts';
import type { Message, Platform } from '../../core/message.ts';
import type { Chat, Clock, Log } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import { clock as clockTime, sentence } from '../render/words.ts';
import type { Turns } from './turns.ts';

export type Answering = {
  store: Store;
  clock: Clock;
  log: Log;
  commands: Commands;
  chats: ReadonlyMap<Platform, Chat>;
  turns: Turns;
};

const answerSeconds = 20;
const mostAttempts = 5;
const longestPauseSeconds = 60;
/** What could not be done by then is not wanted any more, or has been done in another way. */
const longestWaitSeconds = 600;
/** A chat that is away or busy comes back; later than this nobody waits for the answer any more. */
const longestAwaySeconds = 4 * 3600;
/** A reaction may be here before the message that it is under has been noted. */
const unknownMessageSeconds = 120;

/** Back to whoever comes first, as if it had not been tried. */
export const release = { retrySeconds: 0, isDone: false, isCounted: false };

/** Does what was asked for and says what came of it. False: it is put off. */
export async function answer(deps: Answering, kept: KeptDelivery): Promise<boolean> {
  const { store, clock, log } = deps;
  const { delivery, keptAt, attempts } = kept;
  const requestKey = requestKeyOf(delivery);
  const signal = AbortSignal.timeout(answerSeconds * 1000);
  const ageSeconds = (clock.now().getTime() - keptAt.getTime()) / 1000;
  const done = { isDone: kept.isDone };
  try {
    const isOver = await answerOnce(deps, { ...kept, ageSeconds, done }, signal);
    if (isOver) await store.noteAnswered(requestKey);
    else await store.noteUnanswered(requestKey, { ...release, retrySeconds: 2 });
    return isOver;
  } catch (error) {
    const fault = error instanceof Fault ? error : null;
    const isAway = fault !== null && away.includes(fault.code);
    const isHopeless = isAway
      ? ageSeconds > longestAwaySeconds
      : fault !== null || attempts >= mostAttempts;
    const level = isAway ? 'warn' : 'error';
    log[level]('what somebody said was not answered', { requestKey, attempts, isHopeless, error });
    if (isHopeless) {
      await giveUp(deps, delivery);
      return true;
    }
    const pause = Math.min(2 ** attempts, longestPauseSeconds);
    const retrySeconds = fault?.facts.retryAfterSeconds ?? pause;
    await store.noteUnanswered(requestKey, { retrySeconds, ...done, isCounted: !isAway });
    return false;
  }
}

const away: readonly FaultCode[] = ['chat_unreachable', 'chat_busy', 'aborted'];

/** False: it is about something that may be known in a moment. */
async function answerOnce(
  { store, commands, chats, turns }: Answering,
  asked: KeptDelivery & { ageSeconds: number; done: { isDone: boolean } },
  signal: AbortSignal,
): Promise<boolean> {
  const { delivery, ageSeconds, done, attempts, keptAt } = asked;
  const asker = askerOf(delivery);
  const { platform, externalId } = asker;
  const chat = chats.get(platform);
  if (chat === undefined) return true;
  const { standing, channel } = await chat.introduce(asker, signal);
  if (delivery.kind === 'reaction') {
    const reacted = await turns.take(() => commands.react({ ...delivery.reaction, standing }));
    return reacted !== 'unknown_message' || ageSeconds > unknownMessageSeconds;
  }
  const invocation = { ...delivery.invocation, channel, standing };
  const isLate =
    !done.isDone &&
    ageSeconds > longestWaitSeconds &&
    // Perhaps it was done by a process that died before it could say so.
    !(await store.isDecided(invocation.requestKey));
  const message = isLate
    ? tooLate(delivery.invocation.text, keptAt)
    : (await turns.take(() => commands.handle(invocation))).message;
  done.isDone = true;
  const to = { kind: 'aside', externalId, channel, reply: delivery.reply } as const;
  const key = requestKeyOf(delivery);
  await chat.post({ to, message, key, isRepeat: attempts > 1, thread: null }, signal);
  return true;
}

async function giveUp({ store, chats }: Answering, delivery: Delivery): Promise<void> {
  const requestKey = requestKeyOf(delivery);
  const { platform, externalId } = askerOf(delivery);
  await store.noteAnswered(requestKey);
  if (delivery.kind === 'reaction') return;
  const posted = {
    to: { kind: 'person', externalId },
    message: apology(delivery.invocation.text),
    key: `${requestKey}:given-up`,
    isRepeat: false,
    thread: null,
  } as const;
  await chats.get(platform)?.post(posted, AbortSignal.timeout(answerSeconds * 1000));
}

function apology(text: string): Message {
  const said = `Something went wrong on our side with “/gpu ${text}”, several times. `;
  return sentence('bad', said, 'Whether it was done, /gpu list shows. The log has the reason.');
}

function tooLate(text: string, saidAt: Date): Message {
  const rest = `, “/gpu ${text}”, could not be done then, and is not done any more. Say it again.`;
  return sentence('warning', 'What you said at ', clockTime(saidAt), rest);
}
