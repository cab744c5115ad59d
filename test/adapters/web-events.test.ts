import { expect, it } from 'vitest';
import { createApiRoutes } from '../../adapters/web/api.ts';
import { createApi } from '../../bot/api.ts';
import { onSite } from '../support/on-site.ts';

type Answer = {
  ok: boolean;
  text: string;
  next: string | null;
  events: { id: string; action: string; input: object; facts: object; outcome: object }[];
};

onSite('GET /api/events', {}, (stage) => {
  async function open() {
    const { site } = stage;
    const bot = site.begin();
    await site.pass(3);
    const channel = { platform: 'console' as const, channel: 'lab' };
    const api = createApi({ ...site, commands: bot.commands, channel });
    const app = createApiRoutes(api, { trustsPersonHeader: true });
    const ask = async (query = '', person = 'alice') => {
      const headers = { host: 'localhost:8080', 'x-dibs-person': person };
      const response = await app.request(`/api/events${query}`, { headers });
      return { status: response.status, body: (await response.json()) as Answer };
    };
    const actionsOf = async (query: string) =>
      (await ask(query)).body.events.map(({ action }) => action);
    return { ask, actionsOf, bot };
  }

  it('answers with decisions, amounts in ticks, the latest first', async () => {
    const { ask, bot } = await open();
    await bot.say('alice', 'grant @bob 50 for the demo');
    const { status, body } = await ask();
    expect([status, body.ok, body.next]).toEqual([200, true, null]);
    expect(body.events).toMatchObject([
      {
        at: stage.site.clock.now().toISOString(),
        actor: { kind: 'person', name: 'alice', team: 'lab', platform: 'console', channel: 'lab' },
        action: 'grant',
        input: { amount: '180000000', reason: 'for the demo' },
        facts: { accounts: [{ name: 'bob', posted: '0', held: '0' }] },
        outcome: { kind: 'accepted' },
        account: 'bob',
      },
      { actor: { kind: 'system', name: 'test' }, action: 'grant', account: 'lab' },
    ]);
  });

  it('answers about a person, a session and a request by name', async () => {
    const { actionsOf, bot } = await open();
    const { name } = await bot.start('bob', 'a100 1h');
    await bot.say('carol', 'request 20 "to learn JAX"');
    await bot.say('alice', `stop ${name}`);
    expect(await actionsOf('?person=bob')).toEqual(['stop', 'start']);
    expect(await actionsOf('?person=carol')).toEqual(['request']);
    const all = ['stop', 'report_ready', 'start'];
    expect((await actionsOf(`?session=${name}`)).filter((action) => all.includes(action))).toEqual(
      all,
    );
    expect(await actionsOf('?request=1')).toEqual(['request']);
    expect(await actionsOf('?request=1&person=bob')).toEqual([]);
  });

  it('goes on where the last answer ended', async () => {
    const { ask, bot } = await open();
    for (const hours of [30, 31, 32]) await bot.say('bob', `start a100 ${hours}h`);
    const first = await ask('?limit=2');
    expect(first.body.next).toBe(first.body.events[1]?.id);
    const second = await ask(`?limit=2&before=${first.body.next}`);
    expect(second.body.next).toBeNull();
    const all = (await ask()).body.events;
    expect(all).toHaveLength(4);
    expect([...first.body.events, ...second.body.events]).toEqual(all);
  });

  it('answers 403 with a sentence to who is no admin, and 401 to nobody', async () => {
    const { ask } = await open();
    expect(await ask('', 'bob')).toMatchObject({
      status: 403,
      body: { ok: false, text: 'Only an admin of that team may do that.' },
    });
    expect((await ask('', 'mallory')).status).toBe(401);
  });

  it.each(['?person=mallory', '?session=no-such', '?session=bob', '?request=17', '?request=bob'])(
    'answers 404 to %s',
    async (query) => {
      const { ask } = await open();
      expect(await ask(query)).toMatchObject({ status: 404, body: { ok: false } });
    },
  );

  it.each([
    '?limit=0',
    '?limit=201',
    '?limit=many',
    '?before=yesterday',
    '?person=',
    '?person=%00',
    '?session=a&request=1',
    '?persn=bob',
  ])('answers 400 to %s, with how to ask', async (query) => {
    const { ask } = await open();
    const { status, body } = await ask(query);
    expect([status, body.text]).toEqual([400, expect.stringContaining('person=bob')]);
  });

  it('shows nothing by which one gets into a session', async () => {
    const { ask, bot } = await open();
    const { name } = await bot.start('bob', 'a100 1h');
    const { session } = await bot.say('bob', `status ${name}`);
    const code = /link (\S{9})/.exec((await bot.say('bob', 'link')).text)?.[1];
    const text = JSON.stringify([(await ask()).body, (await ask(`?session=${name}`)).body]);
    expect(text).toContain('make_link_code');
    for (const secret of [session?.token, session?.url, code]) {
      expect(secret).toEqual(expect.any(String));
      expect(text).not.toContain(secret);
    }
    expect(text).not.toMatch(/token|codeHash|url/i);
  });
});
