import {
  askerOf,
  type Delivery,
  type Inbox,
  type KeptDelivery,
  requestKeyOf,
} from '../../core/delivery.ts';
import { Fault } from '../../core/fault.ts';
import type { Clock } from '../../core/ports.ts';
import { type Answering, answer, release } from './answer.ts';
import { createLoop, type Loop } from './loop.ts';
import { createTurns } from './turns.ts';

type Deps = Omit<Answering, 'turns'>;

/** What this process has in hand. More is left in the database until there is room. */
const mostWaiting = 50;
/** Most answers under way: they wait for the chat most of the time. */
const mostAtOnce = 20;
/** Most commands that are carried out at once: they wait for the same rows. */
const mostWorkAtOnce = 2;
/** How long a delivery is this process's own, which begins early enough to be done by then. */
const claimSeconds = 40;
const beginSeconds = 15;
const forgetAfterSeconds = 24 * 3600;
const forgetEveryMillis = 3_600_000;

/**
 * Keeps what chats hand over, and answers it: what one person says in the order in which they said
 * it to this process. What a process leaves behind when it dies is answered by whichever comes next.
 */
export function createInboxLoop(deps: Deps): { inbox: Inbox; loop: Loop } {
  const { store, clock, log, chats } = deps;
  const turns = createTurns(clock, mostWorkAtOnce);
  /** Whose earlier words wait for another try: what they say now waits behind them. */
  const putOff = new Set<string>();
  /** More is kept than there was room for here: it is taken first. */
  let isBehind = false;
  let forgetAt = clock.now();

  async function answerOne(kept: KeptDelivery): Promise<void> {
    const person = personOf(kept.delivery);
    putOff.delete(person);
    try {
      if (!(await answer({ ...deps, turns }, kept))) putOff.add(person);
    } catch (error) {
      log.error('an answer could not be noted', { person, error });
    }
  }

  const hand = createHand({
    clock,
    answerOne,
    onRoom() {
      if (isBehind) loop.wake();
    },
  });
  const loop: Loop = createLoop({
    ...deps,
    name: 'inbox',
    everyMillis: 1000,
    async runOnce(signal) {
      const limit = hand.room();
      if (limit <= 0 || signal.aborted) return;
      const asked = { platforms: [...chats.keys()], limit, seconds: claimSeconds };
      const left = await store.claimDeliveries(asked);
      isBehind = left.length === limit;
      hand.add(left);
      if (clock.now() < forgetAt) return;
      putOff.clear();
      await store.forgetDeliveries(new Date(clock.now().getTime() - forgetAfterSeconds * 1000));
      forgetAt = new Date(clock.now().getTime() + forgetEveryMillis);
    },
  });

  return {
    inbox: {
      async take(delivery) {
        turns.heard();
        const keptAt = clock.now();
        if (!(await keepInTime(deps, delivery, keptAt))) return;
        if (!isBehind && hand.room() > 0 && !putOff.has(personOf(delivery)))
          return hand.add([{ delivery, keptAt, attempts: 1, isDone: false }]);
        isBehind = true;
        await store.noteUnanswered(requestKeyOf(delivery), release);
      },
    },
    loop: {
      wake: loop.wake,
      async run(signal) {
        await loop.run(signal);
        // Whichever process comes next need not wait for the claims to lapse.
        for (const { delivery } of await hand.empty())
          await store.noteUnanswered(requestKeyOf(delivery), release);
      },
    },
  };
}

/** One that is in hand until then, and after that anybody's. */
type InHand = KeptDelivery & { beginBy: Date };

/** What this process answers next: one thing of each person at a time. */
function createHand({
  clock,
  answerOne,
  onRoom,
}: {
  clock: Clock;
  answerOne(kept: KeptDelivery): Promise<void>;
  onRoom(): void;
}) {
  const waiting: InHand[] = [];
  const busy = new Map<string, Promise<void>>();
  /** Keys of those that wait or are being answered: whatever takes long here is claimed again. */
  const keys = new Set<string>();

  function next(): void {
    while (busy.size < mostAtOnce) {
      const at = waiting.findIndex(({ delivery }) => !busy.has(personOf(delivery)));
      const [first] = at === -1 ? [] : waiting.splice(at, 1);
      if (first === undefined) break;
      const { beginBy, ...kept } = first;
      const person = personOf(kept.delivery);
      // Else its claim lapses while it is answered, and another process meets us at it.
      const done = clock.now() > beginBy ? Promise.resolve() : answerOne(kept);
      busy.set(
        person,
        done.finally(() => end(kept.delivery)),
      );
    }
    if (waiting.length < mostWaiting / 2) onRoom();
  }

  function end(delivery: Delivery): void {
    keys.delete(requestKeyOf(delivery));
    busy.delete(personOf(delivery));
    next();
  }

  return {
    room: () => mostWaiting - waiting.length,
    add(kept: readonly KeptDelivery[]): void {
      const news = kept.filter(({ delivery }) => !keys.has(requestKeyOf(delivery)));
      const beginBy = new Date(clock.now().getTime() + beginSeconds * 1000);
      for (const { delivery } of news) keys.add(requestKeyOf(delivery));
      waiting.push(...news.map((one) => ({ ...one, beginBy })));
      next();
    },
    /** Lets what is under way end, and gives back what has not begun. */
    async empty(): Promise<InHand[]> {
      const left = waiting.splice(0);
      await Promise.all(busy.values());
      return left;
    },
  };
}

function personOf(delivery: Delivery): string {
  const { platform, externalId } = askerOf(delivery);
  return `${platform}:${externalId}`;
}

/** False: it is known already. What is kept too late is dropped again: the person was told so. */
async function keepInTime(
  { store, clock, log }: Deps,
  delivery: Delivery,
  keptAt: Date,
): Promise<boolean> {
  const keeping = store.keepDelivery(delivery, { keptAt, seconds: claimSeconds });
  if (delivery.kind === 'reaction') return keeping;
  const { keepBy } = delivery;
  const kept = new AbortController();
  const late = clock.sleep(Math.max(0, keepBy.getTime() - clock.now().getTime()), kept.signal);
  try {
    const isKept = await Promise.race([keeping, late.then(() => null)]);
    if (isKept !== null && clock.now() <= keepBy) return isKept;
    throw new Fault('deadline_passed', { detail: 'heard too late to be done' });
  } catch (error) {
    // It may have been kept all the same, or be kept yet.
    keeping
      .then(
        (isKept) => isKept,
        () => true,
      )
      .then((mayBeKept) =>
        mayBeKept ? store.dropDelivery(requestKeyOf(delivery), keptAt) : undefined,
      )
      .catch((failure: unknown) => log.error('what came too late was not dropped', { failure }));
    throw error;
  } finally {
    kept.abort();
  }
}
