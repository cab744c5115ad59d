import { expect, it } from 'vitest';
import { onSite } from '../support/on-site.ts';

onSite('/gpu audit', {}, (stage) => {
  const begin = async () => {
    const bot = stage.site.begin();
    await stage.site.pass(3);
    return bot;
  };

  it('says whether the book adds up, and what was decided lately, the latest first', async () => {
    const bot = await begin();
    const { name } = await bot.start('bob', 'a100 1h');
    await bot.say('alice', 'grant @bob 50 for the demo');
    await bot.say('bob', 'start a100 3d');
    const { ok, text } = await bot.say('alice', 'audit');
    expect(ok).toBe(true);
    const [title, check, ...decisions] = text.split('\n');
    expect(title).toBe('Audit of lab');
    expect(check).toMatch(/^The book adds up: 4 accounts, 2 transfers, 1 session, 0 requests\.$/);
    expect(decisions).toEqual([
      expect.stringMatching(/^bob: wanted to start 1 × a100 for 3d; refused: 3d in all is more/),
      expect.stringMatching(
        /^alice: granted 50 to bob: for the demo · .* · from console lab · bob had 0 available$/,
      ),
      expect.stringMatching(
        new RegExp(`^bob: started ${name}, 1 × a100 for 1h · .* · lab had 500 available`),
      ),
      expect.stringMatching(/^Dibs \(test\): granted 500 to lab/),
    ]);
  });

  it('says what was decided about a person, a session or a request', async () => {
    const bot = await begin();
    const { name } = await bot.start('bob', 'a100 1h');
    await bot.say('carol', 'request 20 "to learn JAX"');
    await bot.say('alice', 'approve 1');
    const about = async (subject: string) => {
      const { text } = await bot.say('alice', `audit ${subject}`);
      const [title, ...lines] = text.split('\n');
      return [title, ...lines.map((line) => line.split(' · ')[0])];
    };
    expect(await about(name)).toEqual([
      `Decisions about ${name}`,
      `Dibs (reconciler): saw bob’s ${name} become ready`,
      `Dibs (reconciler): took up the start of bob’s ${name}`,
      `bob: started ${name}, 1 × a100 for 1h`,
    ]);
    const asked = [
      'alice: granted carol’s request 1, 20',
      'carol: asked for 20 for lab: to learn JAX',
    ];
    for (const subject of ['1', '#1'])
      expect(await about(subject)).toEqual(['Decisions about request 1', ...asked]);
    for (const subject of ['@carol', 'Carol'])
      expect(await about(subject)).toEqual(['Decisions about carol', ...asked]);
    expect(await about('@alice')).toEqual(['Decisions about alice', asked[0]]);
  });

  it('is for admins, and answers what nobody is called with how to ask', async () => {
    const bot = await begin();
    for (const text of ['audit', 'audit @bob'])
      expect((await bot.say('bob', text)).refusal).toEqual({
        kind: 'not_allowed',
        needs: 'admin',
        holder: null,
      });
    for (const subject of ['@mallory', 'no-such', '17', '#0']) {
      const { refusal, text } = await bot.say('alice', `audit ${subject}`);
      expect(refusal).toEqual({ kind: 'unknown_subject', typed: subject });
      expect(text).toContain('@bob');
    }
  });

  it('is suggested people, sessions and requests of the team', async () => {
    const bot = await begin();
    const { name } = await bot.start('bob', 'a100 1h');
    await bot.say('carol', 'request 20 "to learn JAX"');
    const suggested = (await bot.complete('alice', 'audit ')).map(({ text }) => text);
    expect(suggested).toEqual([
      'audit @alice',
      'audit @bob',
      'audit @carol',
      `audit ${name}`,
      'audit 1',
    ]);
  });
});
