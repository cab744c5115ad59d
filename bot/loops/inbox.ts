import {
  askerOf,
  type Delivery,
  type Inbox,
  type KeptDelivery,
  requestKeyOf,
} from '../../core/delivery.ts';
import { Fault } from '../../core/fault.ts';
import type { Commands } from '../../core/invocation.ts';
import type { Message, Platform } from '../../core/message.ts';
import type { Chat, Clock, Log } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import { sentence } from '../render/words.ts';
import { createLoop, type Loop } from './loop.ts';
import { createTurns, type Turns } from './turns.ts';

type Deps = {
  store: Store;
  clock: Clock;
  log: Log;
  commands: Commands;
  chats: ReadonlyMap<Platform, Chat>;
};

/** What this process has in hand. More is left in the database until there is room. */
const mostWaiting = 50;
/** Most answers under way: they wait for the chat most of the time. */
const mostAtOnce = 20;
/** Most commands that are carried out at once: they wait for the same rows. */
const mostWorkAtOnce = 2;
/** How long a delivery is this process's own: longer than any answer takes. */
const claimSeconds = 30;
const answerSeconds = 20;
const mostAttempts = 5;
const longestPauseSeconds = 60;
/** A chat that is away or busy comes back; later than this nobody waits for the answer any more. */
const longestAwaySeconds = 4 * 3600;
/** A reaction may be here before the message that it is under has been noted. */
const unknownMessageSeconds = 120;
const forgetAfterSeconds = 24 * 3600;

/**
 * Keeps what chats hand over, and answers it: what one person says in the order in which they said
 * it. What a process leaves behind when it dies is answered by whichever comes next.
 */
export function createInboxLoop(deps: Deps): { inbox: Inbox; loop: Loop } {
  const { store, clock, log, chats } = deps;
  const waiting: KeptDelivery[] = [];
  const busy = new Map<string, Promise<void>>();
  /** Keys of those that wait or are being answered: whatever takes long here is claimed again. */
  const inHand = new Set<string>();
  const turns = createTurns(clock, mostWorkAtOnce);
  /** More is kept than there was room for here: it is taken first. */
  let isBehind = false;
  let forgetAt = clock.now();

  function add(kept: readonly KeptDelivery[]): void {
    const news = kept.filter(({ delivery }) => !inHand.has(requestKeyOf(delivery)));
    for (const { delivery } of news) inHand.add(requestKeyOf(delivery));
    waiting.push(...news);
    answerNext();
  }

  function answerNext(): void {
    while (busy.size < mostAtOnce) {
      const at = waiting.findIndex(({ delivery }) => !busy.has(personOf(delivery)));
      const [next] = at === -1 ? [] : waiting.splice(at, 1);
      if (next === undefined) break;
      const person = personOf(next.delivery);
      const done = answer({ ...deps, turns }, next)
        // Its claim lapses, and it is taken up again.
        .catch((error: unknown) => log.error('an answer could not be noted', { person, error }))
        .finally(() => {
          inHand.delete(requestKeyOf(next.delivery));
          busy.delete(person);
          answerNext();
        });
      busy.set(person, done);
    }
    if (isBehind && waiting.length < mostWaiting / 2) loop.wake();
  }

  const loop: Loop = createLoop({
    ...deps,
    name: 'inbox',
    everyMillis: 1000,
    async runOnce(signal) {
      const limit = mostWaiting - waiting.length;
      if (limit <= 0 || signal.aborted) return;
      const asked = { platforms: [...chats.keys()], limit, seconds: claimSeconds };
      const left = await store.claimDeliveries(asked);
      isBehind = left.length === limit;
      add(left);
      if (clock.now() < forgetAt) return;
      await store.forgetDeliveries(new Date(clock.now().getTime() - forgetAfterSeconds * 1000));
      forgetAt = new Date(clock.now().getTime() + 3_600_000);
    },
  });

  return {
    inbox: {
      async take(delivery) {
        turns.heard();
        const hasRoom = !isBehind && waiting.length < mostWaiting;
        const keptAt = clock.now();
        if (!(await store.keepDelivery(delivery, hasRoom ? claimSeconds : 0))) return;
        if (delivery.kind === 'command' && clock.now() > delivery.keepBy) {
          await store.dropDelivery(requestKeyOf(delivery));
          log.warn('a command was heard too late to be done', { person: personOf(delivery) });
          throw new Fault('deadline_passed');
        }
        if (!hasRoom) {
          isBehind = true;
          return;
        }
        add([{ delivery, keptAt, attempts: 1 }]);
      },
    },
    loop: {
      wake: loop.wake,
      async run(signal) {
        await loop.run(signal);
        const left = waiting.splice(0);
        await Promise.all(busy.values());
        // Whichever process comes next need not wait for the claims to lapse.
        for (const { delivery } of left) await store.noteUnanswered(requestKeyOf(delivery), 0);
      },
    },
  };
}

function personOf(delivery: Delivery): string {
  const { platform, externalId } = askerOf(delivery);
  return `${platform}:${externalId}`;
}

type Answering = Deps & { turns: Turns };

async function answer(
  deps: Answering,
  { delivery, keptAt, attempts }: KeptDelivery,
): Promise<void> {
  const { store, clock, log } = deps;
  const requestKey = requestKeyOf(delivery);
  const signal = AbortSignal.timeout(answerSeconds * 1000);
  try {
    const isDone = await answerOnce(deps, { delivery, isRepeat: attempts > 1 }, signal);
    const ageSeconds = (clock.now().getTime() - keptAt.getTime()) / 1000;
    if (isDone || ageSeconds > unknownMessageSeconds) await store.noteAnswered(requestKey);
    else await store.noteUnanswered(requestKey, 2);
  } catch (error) {
    const fault = error instanceof Fault ? error : null;
    const isAway = fault?.code === 'chat_unreachable' || fault?.code === 'chat_busy';
    const ageSeconds = (clock.now().getTime() - keptAt.getTime()) / 1000;
    const isHopeless =
      fault?.code === 'chat_refused' ||
      (isAway ? ageSeconds > longestAwaySeconds : attempts >= mostAttempts);
    log.error('what somebody said was not answered', { requestKey, attempts, isHopeless, error });
    const pause = fault?.facts.retryAfterSeconds ?? Math.min(2 ** attempts, longestPauseSeconds);
    await (isHopeless ? giveUp(deps, delivery, fault) : store.noteUnanswered(requestKey, pause));
  }
}

/** False: it is about something that may be known in a moment. */
async function answerOnce(
  { commands, chats, turns }: Answering,
  { delivery, isRepeat }: { delivery: Delivery; isRepeat: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  const asker = askerOf(delivery);
  const { platform, externalId } = asker;
  const chat = chats.get(platform);
  if (chat === undefined) return true;
  const { standing, channel } = await chat.introduce(asker, signal);
  if (delivery.kind === 'reaction')
    return (
      (await turns.take(() => commands.react({ ...delivery.reaction, standing }))) !==
      'unknown_message'
    );
  const invocation = { ...delivery.invocation, channel, standing };
  const { message } = await turns.take(() => commands.handle(invocation));
  const to = { kind: 'aside', externalId, channel, reply: delivery.reply } as const;
  const key = requestKeyOf(delivery);
  await chat.post({ to, message, key, isRepeat, thread: null }, signal);
  return true;
}

async function giveUp(deps: Deps, delivery: Delivery, fault: Fault | null): Promise<void> {
  const { store, chats } = deps;
  const requestKey = requestKeyOf(delivery);
  const { platform, externalId } = askerOf(delivery);
  await store.noteAnswered(requestKey);
  if (fault !== null || delivery.kind === 'reaction') return;
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
