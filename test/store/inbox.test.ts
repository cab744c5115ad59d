import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { type Delivery, requestKeyOf } from '../../core/delivery.ts';
import type { Platform } from '../../core/message.ts';
import { aDelivery, aReaction } from '../support/a-delivery.ts';
import { noonPlus } from '../support/facts.ts';
import { meet } from '../support/meeting.ts';
import { onEachDatabase, onPostgres, type Stage } from '../support/stage.ts';

const putOff = (retrySeconds: number) => ({ retrySeconds, isDone: false, isCounted: true });

function createKeeping(stage: Stage) {
  const keep = (delivery: Delivery, seconds = 30) =>
    stage.world.store.keepDelivery(delivery, { keptAt: stage.world.clock.now(), seconds });
  const claim = (limit = 10, platforms: Platform[] = ['console']) =>
    stage.world.store.claimDeliveries({ platforms, limit, seconds: 30 });
  const claimedTexts = async (limit?: number) =>
    (await claim(limit)).map(({ delivery }) =>
      delivery.kind === 'command' ? delivery.invocation.text : delivery.kind,
    );
  const answered = (delivery: Delivery) => stage.world.store.noteAnswered(requestKeyOf(delivery));
  const pass = (seconds: number) => stage.world.clock.advance(seconds * 1000);
  return { keep, claim, claimedTexts, answered, pass };
}

onEachDatabase('the inbox', {}, (stage) => {
  it('keeps a delivery once under its key, also when it was answered', async () => {
    const { keep, answered, pass } = createKeeping(stage);
    const delivery = aDelivery('start a100 2h');
    expect(await keep(delivery)).toBe(true);
    expect(await keep(delivery)).toBe(false);
    await answered(delivery);
    await pass(3600);
    expect(await keep(delivery)).toBe(false);
  });

  it('takes what is said again before it was answered as the same thing, and later as another', async () => {
    const { keep, answered } = createKeeping(stage);
    const first = aDelivery('start a100 2h');
    expect(await keep(first)).toBe(true);
    expect(await keep(aDelivery('start a100 2h'))).toBe(false);
    await answered(first);
    expect(await keep(aDelivery('start a100 2h'))).toBe(true);
  });

  it('tells apart who says it, where, and what', async () => {
    const { keep } = createKeeping(stage);
    const said = [
      aDelivery('start a100 2h'),
      aDelivery('start a100 2h', { externalId: 'carol' }),
      aDelivery('start a100 2h', { channel: 'general' }),
      aDelivery('start a100 1h'),
      aReaction(),
      aReaction(),
    ];
    for (const delivery of said) expect(await keep(delivery)).toBe(true);
  });

  it('takes two presses of a button within three seconds as one, answered or not', async () => {
    const { keep, answered, pass } = createKeeping(stage);
    const press = () => aDelivery('extend brave-otter 1h', { press: 'message-1:extend' });
    const first = press();
    expect(await keep(first)).toBe(true);
    await answered(first);
    await pass(2.999);
    expect(await keep(press())).toBe(false);
    await pass(0.001);
    expect(await keep(press())).toBe(true);
  });

  it('takes presses of other buttons, and those of others, as what they are', async () => {
    const { keep } = createKeeping(stage);
    const button = { press: 'message-1:extend' };
    expect(await keep(aDelivery('extend brave-otter 1h', button))).toBe(true);
    const others = [
      { ...button, externalId: 'carol' },
      { ...button, press: 'message-2:extend' },
    ];
    for (const other of others)
      expect(await keep(aDelivery('extend brave-otter 1h', other))).toBe(true);
  });

  it('leaves a delivery to its process until its claim lapses, and then to another', async () => {
    const { keep, claim, pass } = createKeeping(stage);
    const delivery = aDelivery('start a100 2h');
    await keep(delivery);
    await pass(29.999);
    expect(await claim()).toEqual([]);
    await pass(0.001);
    const [taken] = await claim();
    expect(taken).toEqual({ delivery, keptAt: noonPlus(0), attempts: 2, isDone: false });
    expect(await claim()).toEqual([]);
    await pass(30);
    expect(await claim()).toMatchObject([{ attempts: 3 }]);
  });

  it('gives what nobody has room for to whoever asks next', async () => {
    const { keep, claim } = createKeeping(stage);
    const delivery = aReaction();
    await keep(delivery, 0);
    expect(await claim()).toMatchObject([{ delivery }]);
  });

  it('is emptied in the order in which it was filled, for the platforms that are served', async () => {
    const { keep, claim, claimedTexts, pass } = createKeeping(stage);
    for (const [text, externalId] of Object.entries({
      status: 'bob',
      list: 'carol',
      balance: 'alice',
    })) {
      await keep(aDelivery(text, { externalId }), 0);
      await pass(1);
    }
    expect(await claim(10, ['slack'])).toEqual([]);
    expect(await claimedTexts(2)).toEqual(['status', 'list']);
    expect(await claimedTexts(2)).toEqual(['balance']);
  });

  it('gives out what one person said in the order in which they said it, also what was put off', async () => {
    const { keep, claimedTexts, answered, pass } = createKeeping(stage);
    const [stop, start] = [aDelivery('stop'), aDelivery('start a100 2h')];
    await keep(stop, 0);
    await pass(1);
    await keep(start, 0);
    expect(await claimedTexts(2)).toEqual(['stop']);
    await stage.world.store.noteUnanswered(requestKeyOf(stop), putOff(10));
    expect(await claimedTexts(2)).toEqual([]);
    await pass(10);
    expect(await claimedTexts(2)).toEqual(['stop']);
    await answered(stop);
    expect(await claimedTexts(2)).toEqual(['start a100 2h']);
  });

  it('takes the same words as new ones once they were done, though their answer is owed', async () => {
    const { keep, claim, pass } = createKeeping(stage);
    const stop = aDelivery('stop');
    await keep(stop);
    expect(await keep(aDelivery('stop'))).toBe(false);
    await stage.world.store.noteUnanswered(requestKeyOf(stop), { ...putOff(10), isDone: true });
    expect(await keep(aDelivery('stop'))).toBe(true);
    await pass(10);
    expect(await claim()).toMatchObject([{ delivery: stop, isDone: true }]);
  });

  it('does not count a try that failed for want of the chat, and knows the next as a repeat', async () => {
    const { keep, claim } = createKeeping(stage);
    const delivery = aDelivery('list');
    await keep(delivery, 0);
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await claim()).toMatchObject([{ attempts: 2 }]);
      await stage.world.store.noteUnanswered(requestKeyOf(delivery), {
        ...putOff(0),
        isCounted: false,
      });
    }
  });

  it('gives nothing out that was answered', async () => {
    const { keep, claim, answered, pass } = createKeeping(stage);
    const delivery = aDelivery('list');
    await keep(delivery);
    await answered(delivery);
    await pass(60);
    expect(await claim()).toEqual([]);
  });

  it('gives what was put off out at its time', async () => {
    const { keep, claim, pass } = createKeeping(stage);
    const delivery = aReaction();
    await keep(delivery);
    await stage.world.store.noteUnanswered(requestKeyOf(delivery), putOff(2));
    await pass(1.999);
    expect(await claim()).toEqual([]);
    await pass(0.001);
    expect(await claim()).toMatchObject([{ delivery, attempts: 2 }]);
  });

  it('forgets what was answered long ago, and nothing that waits', async () => {
    const { keep, claimedTexts, answered, pass } = createKeeping(stage);
    const [old, recent] = [aDelivery('list'), aDelivery('balance')];
    for (const delivery of [old, recent, aDelivery('status')]) await keep(delivery);
    await answered(old);
    await pass(3600);
    await answered(recent);
    await stage.world.store.forgetDeliveries(noonPlus(1800));
    expect(await keep(recent)).toBe(false);
    expect(await claimedTexts()).toEqual(['status']);
    expect(await keep(old)).toBe(true);
  });

  it('has no trace of what was dropped', async () => {
    const { keep, claim, pass } = createKeeping(stage);
    const delivery = aDelivery('list');
    await keep(delivery);
    const { store, clock } = stage.world;
    await store.dropDelivery(requestKeyOf(delivery), new Date(clock.now().getTime() - 1));
    expect(await keep(delivery)).toBe(false);
    await store.dropDelivery(requestKeyOf(delivery), clock.now());
    await pass(60);
    expect(await claim()).toEqual([]);
    expect(await keep(delivery)).toBe(true);
  });
});

onPostgres('two processes at once', {}, (stage) => {
  /** Whoever adds to the inbox waits until all are about to. */
  const together = (deliveries: readonly [Delivery, Delivery]) =>
    meet(
      stage.database,
      sql`lock table inbox in exclusive mode`,
      deliveries.map((delivery) => () => createKeeping(stage).keep(delivery)),
    );

  it('keep a double press of a button once, also where it asked for different words', async () => {
    const press = (reason: string) => aDelivery(`deny 1 ${reason}`, { press: 'message-1:deny' });
    const kept = await together([press('no'), press('not now')]);
    expect(kept.filter((isKept) => isKept)).toHaveLength(1);
  });

  it('keep a second delivery, and the same words again, once', async () => {
    const delivery = aDelivery('start a100 2h');
    for (const again of [delivery, aDelivery('start a100 2h')]) {
      const kept = await together([delivery, again]);
      expect(kept.filter((isKept) => isKept)).toHaveLength(1);
      await stage.world.store.dropDelivery(requestKeyOf(delivery), stage.world.clock.now());
      await stage.world.store.dropDelivery(requestKeyOf(again), stage.world.clock.now());
    }
  });

  it('never take up the same delivery', async () => {
    const { keep, claim } = createKeeping(stage);
    for (let at = 0; at < 8; at += 1) await keep(aReaction(), 0);
    const taken = (await Promise.all([2, 2, 2, 2].map((limit) => claim(limit)))).flat();
    const keys = taken.map(({ delivery }) => requestKeyOf(delivery));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length + (await claim()).length).toBe(8);
  });
});
