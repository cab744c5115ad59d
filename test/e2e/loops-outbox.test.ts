import { expect, it } from 'vitest';
import { plainText } from '../../bot/render/words.ts';
import { onSite } from '../support/on-site.ts';

onSite('what people are told', {}, (stage) => {
  const titlesOf = (person: string) =>
    stage.site.seenBy(person).map(({ message }) => message.title);
  const tokenOf = async (id: string) => (await stage.site.store.containerSpec(id))?.token ?? '?';

  it('is one public message for each session, kept up to date', async () => {
    const { site } = stage;
    const bot = site.begin();
    const { name } = await bot.start('bob', 'a100 1h', 'starting');
    await site.pass(1);
    expect(titlesOf('carol')).toEqual([`${name} (simulated)`]);
    await site.untilState(name, 'running');
    await site.pass(2);
    expect(site.seenBy('carol').map(({ message }) => message.tone)).toEqual(['good']);
    await bot.say('bob', 'stop');
    await site.untilState(name, 'ended');
    await site.pass(2);
    const messages = site.seenBy('carol').map(({ message }) => plainText(message));
    expect(messages).toEqual([expect.stringContaining('Ended: stopped by its holder.')]);
  });

  it('is the link to the holder alone, and to nobody else a word of how to get in', async () => {
    const { site } = stage;
    const bot = site.begin();
    const { name, id } = await bot.start('bob', 'a100 1h');
    await site.pass(2);
    const token = await tokenOf(id);
    expect(titlesOf('bob')).toContain(`${name} is ready`);
    expect(JSON.stringify(site.seenBy('bob'))).toContain(token);
    for (const person of ['alice', 'carol']) {
      expect(JSON.stringify(site.seenBy(person))).not.toContain(token);
      expect(JSON.stringify(site.seenBy(person))).not.toContain('"link"');
      const asked = [await bot.say(person, `status ${name}`), await bot.say(person, 'list')];
      expect(JSON.stringify(asked.map(({ message, text }) => [message, text]))).not.toContain(
        token,
      );
      expect(asked[0]?.session).toMatchObject({ url: null, token: null });
    }
    expect((await bot.say('bob', `status ${name}`)).text).toContain(token);
  });

  it('waits while the chat is down, and is tried again ever more slowly, and nothing is lost', async () => {
    const { site } = stage;
    const bot = site.begin();
    site.chatTrouble.outage = 'chat_unreachable';
    const { id, name } = await bot.start('bob', 'a100 1h');
    await site.pass(150, 1);
    const tried = site.posts.filter(({ key }) => key === `session:${id}`).map(({ at }) => at);
    const pauses = tried.slice(1).map((at, i) => at.getTime() - (tried[i]?.getTime() ?? 0));
    const growing = pauses.slice(-3);
    expect(tried.length).toBeGreaterThan(4);
    expect(tried.length).toBeLessThan(20);
    expect(growing).toEqual([...growing].sort((a, b) => a - b));
    expect(site.seenBy('bob')).toEqual([]);

    site.chatTrouble.outage = null;
    await site.pass(150, 2);
    expect(titlesOf('bob').sort()).toEqual([`${name} (simulated)`, `${name} is ready`].sort());
    expect(site.seenBy('bob').every(({ message }) => message.tone === 'good')).toBe(true);
  });

  it('is given up where the chat refuses it, and the next change is told all the same', async () => {
    const { site } = stage;
    const bot = site.begin();
    site.chatTrouble.outage = 'chat_refused';
    const { id, name } = await bot.start('bob', 'a100 1h');
    await site.pass(1);
    const tried = site.posts.length;
    await site.pass(15);
    expect(site.posts.length).toBe(tried);
    site.chatTrouble.outage = null;
    await site.pass(5);
    expect(site.seenBy('bob')).toEqual([]);
    await bot.say('bob', `stop ${name}`);
    await site.untilState(name, 'ended');
    await site.pass(3);
    expect(titlesOf('carol')).toEqual([`${name} (simulated)`]);
    expect(site.posts.at(-1)?.key).toBe(`session:${id}`);
  });

  it('is posted once, also when a process died before it could note that', async () => {
    const { site } = stage;
    const first = site.begin();
    site.chatTrouble.afterPost = first.kill;
    await site.pass(3);
    const { session } = await first.say('bob', 'start a100 1h');
    await site.pass(3);
    site.chatTrouble.afterPost = () => {};
    site.begin();
    await site.untilState(session?.name ?? '', 'running');
    await site.pass(70, 2);
    expect(site.posts.filter(({ key }) => key === `session:${session?.id}`).length).toBeGreaterThan(
      1,
    );
    const posted = titlesOf('carol').filter((title) => title?.startsWith(session?.name ?? '?'));
    expect(posted).toEqual([`${session?.name} (simulated)`]);
  });

  it('is said to the others, where one thing cannot be said for a mistake of our own', async () => {
    const { site } = stage;
    const bot = site.begin();
    await site.pass(3);
    const [first, second] = [
      (await bot.say('bob', 'start a100 1h')).session,
      (await bot.say('carol', 'start a100 1h')).session,
    ];
    site.chatTrouble.beforePost = (key) => {
      if (key === `session:${first?.id}`) throw new TypeError('a mistake in a renderer');
    };
    await site.pass(20, 1);
    expect(titlesOf('alice')).toEqual([`${second?.name} (simulated)`]);
  });
});
