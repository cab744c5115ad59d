import { expect, it } from 'vitest';
import { plainText } from '../../bot/render/words.ts';
import { requestKeyOf } from '../../core/delivery.ts';
import { Fault } from '../../core/fault.ts';
import { aDelivery, aReaction } from '../support/a-delivery.ts';
import { noonPlus } from '../support/facts.ts';
import { onSite } from '../support/on-site.ts';

onSite('what a chat hands over', {}, (stage) => {
  /** What somebody was told alone, oldest first. */
  const toldTo = (person: string) =>
    stage.site
      .seenBy(person)
      .filter((posted) => posted.person === person)
      .map(({ message }) => plainText(message));
  const sessionsOf = async (person: string) => {
    const { personId } = await stage.site.actorOf(person);
    return stage.site.store.livingSessions({ personId });
  };
  const keepBy = noonPlus(3600);
  const typed = (text: string, externalId = 'bob') => aDelivery(text, { externalId, keepBy });

  it('is answered to whom asked alone, under the key of what they said', async () => {
    const { site } = stage;
    const bot = site.begin();
    await site.pass(3);
    const delivery = typed('start a100 1h');
    await bot.inbox.take(delivery);
    await site.pass(1);
    const [session] = await sessionsOf('bob');
    expect(toldTo('bob')).toEqual([expect.stringContaining(`${session?.name} starts on gpu-1`)]);
    expect(site.seenBy('bob').map(({ id }) => id)).toContain(requestKeyOf(delivery));
    expect(toldTo('carol')).toEqual([]);
  });

  it('is done and answered once, however often it is delivered', async () => {
    const { site } = stage;
    const bot = site.begin();
    await site.pass(3);
    const delivery = typed('start a100 1h');
    await Promise.all([bot.inbox.take(delivery), bot.inbox.take(delivery)]);
    await site.pass(2);
    await bot.inbox.take(delivery);
    await site.pass(2);
    expect(await sessionsOf('bob')).toHaveLength(1);
    expect(site.posts.filter(({ key }) => key === requestKeyOf(delivery))).toHaveLength(1);
  });

  it('is answered by another process, where the one that took it died before it began', async () => {
    const { site } = stage;
    const first = site.begin();
    await site.pass(3);
    await first.inbox.take(typed('start a100 1h'));
    first.kill();
    await site.pass(5);
    expect(await sessionsOf('bob')).toEqual([]);
    site.begin();
    await site.pass(45);
    const [session, ...others] = await sessionsOf('bob');
    expect([session?.state, others]).toEqual(['running', []]);
    expect(toldTo('bob')[0]).toContain(`${session?.name} starts on gpu-1`);
  });

  it('is answered once, where a process died between what it did and the answer', async () => {
    const { site } = stage;
    const first = site.begin();
    await site.pass(3);
    const delivery = typed('start a100 1h');
    site.chatTrouble.beforePost = (key) => {
      if (key === requestKeyOf(delivery)) first.kill();
    };
    await first.inbox.take(delivery);
    await site.pass(2);
    expect(await sessionsOf('bob')).toHaveLength(1);
    site.chatTrouble.beforePost = () => {};
    // What a process that is killed has sent is on its way.
    const before = toldTo('bob').length;
    site.begin();
    await site.pass(45);
    expect(await sessionsOf('bob')).toHaveLength(1);
    const answers = toldTo('bob').filter((text) => text.includes('starts on gpu-1'));
    expect([before, answers.length]).toEqual([1, 1]);
  });

  it('is not done where nobody could for ten minutes, and the person is told to say it again', async () => {
    const { site } = stage;
    const first = site.begin();
    await site.pass(3);
    await first.inbox.take(typed('start a100 1h'));
    first.kill();
    await site.pass(601);
    site.begin();
    await site.pass(5);
    expect(await sessionsOf('bob')).toEqual([]);
    expect(toldTo('bob')).toEqual([expect.stringContaining('is not done any more. Say it again.')]);
  });

  it('is answered as done after hours, where a process died between what it did and the answer', async () => {
    const { site } = stage;
    const first = site.begin();
    await site.pass(3);
    const delivery = typed('stop');
    await first.say('bob', 'start a100 1h');
    site.chatTrouble.beforePost = (key) => {
      if (key !== requestKeyOf(delivery)) return;
      first.kill();
      throw new Fault('chat_unreachable');
    };
    await first.inbox.take(delivery);
    await site.pass(2);
    site.chatTrouble.beforePost = () => {};
    await site.pass(3 * 3600, 60);
    const before = toldTo('bob').length;
    site.begin();
    await site.pass(5);
    expect(toldTo('bob').slice(before).join()).toContain('stopped by its holder');
  });

  it('is answered in the order in which a person said it, and nobody waits for another', async () => {
    const { site } = stage;
    const bot = site.begin();
    await site.pass(3);
    const said = ['start a100 1h', 'status', 'stop', 'stop', 'balance'];
    const taken = said.map((text, at) =>
      // Each with a button of its own, as the same words again would be the same thing.
      aDelivery(text, { keepBy, press: `message-${at}` }),
    );
    for (const delivery of [...taken, typed('list', 'carol')]) await bot.inbox.take(delivery);
    await site.pass(2);
    expect(toldTo('bob').map((text) => text.split('\n')[0])).toEqual([
      expect.stringContaining('starts on gpu-1'),
      expect.stringContaining('(simulated)'),
      expect.stringMatching(/stop|end/i),
      expect.stringContaining('You have no session'),
      'Balance of lab',
    ]);
    expect(toldTo('carol')).toHaveLength(1);
  });

  it('is apologised for where it fails again and again by a mistake of our own', async () => {
    const { site } = stage;
    const bot = site.begin();
    const delivery = typed('list');
    site.chatTrouble.beforePost = (key) => {
      if (key === requestKeyOf(delivery)) throw new TypeError('a mistake in a renderer');
    };
    await bot.inbox.take(delivery);
    await bot.inbox.take(typed('balance'));
    await site.pass(120, 2);
    const [first, apology, ...others] = toldTo('bob');
    expect(first).toContain('Balance of lab');
    expect(apology).toContain('Something went wrong on our side with “/gpu list”');
    expect(others).toEqual([]);
  });

  it('is answered when the chat is back, however often it was tried meanwhile', async () => {
    const { site } = stage;
    const bot = site.begin();
    await site.pass(3);
    site.chatTrouble.outage = 'chat_unreachable';
    await bot.inbox.take(typed('list'));
    await site.pass(600, 10);
    expect(toldTo('bob')).toEqual([]);
    site.chatTrouble.outage = null;
    await site.pass(90, 10);
    expect(toldTo('bob')).toEqual([expect.stringContaining('Devices')]);
  });

  it('is not done where it came too late to be answered, and may be said again', async () => {
    const { site } = stage;
    const bot = site.begin();
    await site.pass(3);
    const late = aDelivery('start a100 1h', { keepBy: noonPlus(-1) });
    const fault = { name: 'Fault', code: 'deadline_passed' };
    await expect(bot.inbox.take(late)).rejects.toMatchObject(fault);
    await site.pass(40, 2);
    expect([await sessionsOf('bob'), toldTo('bob')]).toEqual([[], []]);
    await bot.inbox.take(typed('start a100 1h'));
    await site.pass(2);
    expect(await sessionsOf('bob')).toHaveLength(1);
  });

  it('is a vote that waits for its message to be known, and no longer than that', async () => {
    const { site } = stage;
    const bot = site.begin();
    await site.pass(3);
    const voteUnder = (message: string) =>
      aReaction({ externalId: 'alice', ref: { channel: 'lab', message } });
    site.chatTrouble.outage = 'chat_unreachable';
    await bot.say('bob', 'request 20 "more runs"');
    const request = await site.store.requestByNumber(1);
    await bot.inbox.take(voteUnder(`request:${request?.id}`));
    await bot.inbox.take(voteUnder('unknown'));
    await site.pass(5);
    expect(await site.store.requestByNumber(1)).toMatchObject({ state: 'pending' });
    site.chatTrouble.outage = null;
    await site.pass(180, 2);
    expect(await site.store.requestByNumber(1)).toMatchObject({ state: 'approved' });
    const left = { platforms: ['console' as const], limit: 10, seconds: 30 };
    expect(await site.store.claimDeliveries(left)).toEqual([]);
  });
});
