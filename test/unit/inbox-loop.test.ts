import { afterEach, describe, expect, it } from 'vitest';
import { createInboxLoop } from '../../bot/loops/inbox.ts';
import { type Delivery, type KeptDelivery, requestKeyOf } from '../../core/delivery.ts';
import type { Commands, Reply } from '../../core/invocation.ts';
import type { Chat } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import { aDelivery } from '../support/a-delivery.ts';
import { noonPlus } from '../support/facts.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { partOf } from '../support/part-of.ts';
import { quietLog } from '../support/site.ts';
import { noon } from '../support/world.ts';

const ends: AbortController[] = [];
afterEach(() => {
  for (const ending of ends.splice(0)) ending.abort();
});

const keepBy = noonPlus(86_400);
/** Said by so many people, one thing each. */
const saidByMany = (count: number) =>
  Array.from({ length: count }, (_, i) => saidBy(`person ${i}`, `say ${i}`));
const saidBy = (externalId: string, requestKey: string) =>
  aDelivery('list', { externalId, requestKey, keepBy });
const reply = partOf<Reply>({});

/** An inbox whose chat holds back each answer until it is told to answer them all. */
function startInbox({ left = [] as Delivery[], store: ofStore = {} as Partial<Store> } = {}) {
  const clock = createFakeClock(noon);
  const at = () => (clock.now().getTime() - noon.getTime()) / 1000;
  const claims: { at: number; limit: number; seconds: number }[] = [];
  const forgotten: { at: number; before: number }[] = [];
  const [begun, released, kept, dropped]: string[][] = [[], [], [], []];
  let atWork = 0;
  let mostAtWork = 0;
  let answers = Promise.withResolvers<void>();
  let isHeld = true;
  const store = partOf<Store>({
    async keepDelivery(delivery, { seconds }) {
      kept?.push(`${requestKeyOf(delivery)} for ${seconds}`);
      return true;
    },
    async claimDeliveries({ limit, seconds }): Promise<KeptDelivery[]> {
      claims.push({ at: at(), limit, seconds });
      const taken = left.splice(0, limit);
      return taken.map((delivery) => ({ delivery, keptAt: noon, attempts: 2, isDone: false }));
    },
    noteAnswered: async () => undefined,
    async noteUnanswered(key, { retrySeconds, isDone, isCounted }) {
      if (retrySeconds === 0 && !isDone && !isCounted) released?.push(key);
    },
    async forgetDeliveries(before) {
      forgotten.push({ at: at(), before: (before.getTime() - noon.getTime()) / 1000 });
    },
    async dropDelivery(key) {
      dropped?.push(key);
    },
    isDecided: async () => true,
    ...ofStore,
  });
  const chat = partOf<Chat>({
    async introduce({ externalId, channel }) {
      begun?.push(externalId);
      if (isHeld) await answers.promise;
      return { standing: 'member', channel };
    },
    post: async () => ({ channel: 'lab', message: 'm' }),
  });
  const commands = partOf<Commands>({
    async handle() {
      atWork += 1;
      mostAtWork = Math.max(mostAtWork, atWork);
      await clock.sleep(10, new AbortController().signal);
      atWork -= 1;
      return { ...reply, ok: true } as Reply;
    },
  });
  const chats = new Map([['console' as const, chat]]);
  const { inbox, loop } = createInboxLoop({ store, clock, log: quietLog, commands, chats });
  const ending = new AbortController();
  ends.push(ending);
  const ended = loop.run(ending.signal);
  return {
    clock,
    inbox,
    claims,
    forgotten,
    left,
    begun: begun ?? [],
    released: released ?? [],
    kept: kept ?? [],
    dropped: dropped ?? [],
    mostAtWork: () => mostAtWork,
    /** Answers what waits, and whatever comes later at once. */
    answerAll() {
      isHeld = false;
      answers.resolve();
    },
    /** Answers what waits, and holds back what comes later. */
    answerThese() {
      const these = answers;
      answers = Promise.withResolvers<void>();
      these.resolve();
    },
    async end() {
      ending.abort();
      await ended;
    },
  };
}

describe('the inbox of a process', () => {
  it('takes up what others left each second, fifty at a time, for forty seconds', async () => {
    const { clock, claims } = startInbox();
    await clock.advance(2000);
    expect(claims).toEqual([0, 1, 2].map((at) => ({ at, limit: 50, seconds: 40 })));
  });

  it('keeps what it hears for forty seconds as its own', async () => {
    const { inbox, kept } = startInbox();
    await inbox.take(saidBy('bob', 'say'));
    expect(kept).toEqual(['say for 40']);
  });

  it('has twenty answers under way and fifty waiting, and leaves the rest to others', async () => {
    const { clock, inbox, begun, released, claims } = startInbox();
    await clock.advance(0);
    for (const delivery of saidByMany(72)) await inbox.take(delivery);
    await clock.advance(0);
    expect(begun).toHaveLength(20);
    expect(released).toEqual(['say 70', 'say 71']);
    const before = claims.length;
    await clock.advance(3000);
    expect(claims).toHaveLength(before);
  });

  it('asks for as much as it has room for', async () => {
    const { clock, inbox, claims } = startInbox();
    for (const delivery of saidByMany(69)) await inbox.take(delivery);
    await clock.advance(1000);
    expect(claims.at(-1)).toMatchObject({ limit: 1 });
  });

  it('does two pieces of work at once', async () => {
    const { clock, inbox, answerAll, mostAtWork } = startInbox();
    for (const delivery of saidByMany(6)) await inbox.take(delivery);
    answerAll();
    await clock.advance(200);
    expect(mostAtWork()).toBe(2);
  });

  it('takes up more as soon as half of what waited is under way', async () => {
    const { clock, claims, begun, answerThese, left } = startInbox({ left: saidByMany(200) });
    await clock.advance(0);
    expect([claims.length, begun.length, left.length]).toEqual([1, 20, 150]);
    // Thirty wait. With the sixth of them that begins, fewer than half of fifty do.
    answerThese();
    await clock.advance(100);
    expect(begun).toHaveLength(40);
    expect(claims.length).toBe(2);
    expect(claims[1]).toMatchObject({ limit: 26 });
  });

  it('leaves what comes in to the end where more is kept already', async () => {
    const { clock, inbox, released } = startInbox({ left: saidByMany(50) });
    await clock.advance(0);
    await inbox.take(saidBy('late', 'say late'));
    expect(released).toEqual(['say late']);
  });

  it('answers once what it is given again while it has it in hand', async () => {
    const twice = saidBy('bob', 'say');
    const { clock, begun, answerAll, left } = startInbox({ left: [twice] });
    await clock.advance(500);
    left.push(twice);
    await clock.advance(1000);
    answerAll();
    await clock.advance(100);
    expect([begun, left]).toEqual([['bob'], []]);
  });

  it('begins nothing that it has had for more than fifteen seconds', async () => {
    const begunAfter = async (millis: number) => {
      const { clock, inbox, begun, answerAll } = startInbox();
      for (const key of ['first', 'second']) await inbox.take(saidBy('bob', key));
      await clock.advance(millis);
      answerAll();
      await clock.advance(100);
      return begun.length;
    };
    expect(await begunAfter(15_000 - 10)).toBe(2);
    expect(await begunAfter(15_001 - 10)).toBe(1);
  });

  it('forgets once an hour what was answered a day ago', async () => {
    const { clock, forgotten } = startInbox();
    await clock.advance(2 * 3_600_000);
    const day = 24 * 3600;
    expect(forgotten).toEqual([0, 3600, 7200].map((at) => ({ at, before: at - day })));
  });

  it('gives back what has not begun when it ends, and lets end what has', async () => {
    const { clock, inbox, released, answerAll, end } = startInbox();
    for (const key of ['first', 'second', 'third']) await inbox.take(saidBy('bob', key));
    let isEnded = false;
    const ended = end().then(() => {
      isEnded = true;
    });
    await clock.advance(0);
    expect(isEnded).toBe(false);
    answerAll();
    await clock.advance(100);
    await ended;
    expect(released).toEqual(['second', 'third']);
  });
});

describe('what is heard too late', () => {
  const late = (keepSeconds: number) =>
    aDelivery('list', { requestKey: 'late', keepBy: noonPlus(keepSeconds) });

  it('is refused and dropped, also where it is kept after all', async () => {
    const keeping = Promise.withResolvers<boolean>();
    const { clock, inbox, dropped } = startInbox({
      store: { keepDelivery: () => keeping.promise },
    });
    const taking = inbox.take(late(3));
    taking.catch(() => undefined);
    await clock.advance(3000);
    await expect(taking).rejects.toMatchObject({ code: 'deadline_passed' });
    expect(dropped).toEqual([]);
    keeping.resolve(true);
    await clock.advance(0);
    expect(dropped).toEqual(['late']);
  });

  it('is not dropped where it was kept before', async () => {
    const { clock, inbox, dropped } = startInbox({ store: { keepDelivery: async () => false } });
    await expect(inbox.take(late(-1))).rejects.toMatchObject({ code: 'deadline_passed' });
    await clock.advance(0);
    expect(dropped).toEqual([]);
  });

  it('may have been kept where that failed', async () => {
    const failing = () => Promise.reject(new Error('the connection is lost'));
    const { clock, inbox, dropped } = startInbox({ store: { keepDelivery: failing } });
    await expect(inbox.take(late(3))).rejects.toThrow('the connection is lost');
    await clock.advance(0);
    expect(dropped).toEqual(['late']);
  });

  it('is in time until the moment that the chat waits for', async () => {
    const { inbox, begun } = startInbox();
    await inbox.take(late(0.001));
    await inbox.take(aDelivery('list', { externalId: 'carol', keepBy: noon }));
    expect(begun).toEqual(['bob', 'carol']);
  });
});
