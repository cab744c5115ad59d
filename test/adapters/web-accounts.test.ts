import { expect, it } from 'vitest';
import { createApiRoutes } from '../../adapters/web/api.ts';
import { createApi } from '../../bot/api.ts';
import { onSite } from '../support/on-site.ts';

type Line = { ticks: string; balanceAfterTicks: string; what: string; by: string };

/** All that any answer has: each test reads what its own has. */
type Answer = {
  ok: boolean;
  text: string;
  refusal: { kind: string };
  files: { name: string; mediaType: string; text: string }[];
  balance: Record<string, unknown> & { postedTicks: string };
  statement: {
    account: string;
    zone: string;
    period: { name: string };
    openingTicks: string;
    closingTicks: string;
    lines: Line[];
  };
};

onSite('accounts by HTTP', {}, (stage) => {
  async function open() {
    const { site } = stage;
    const bot = site.begin();
    await site.pass(3);
    const channel = { platform: 'console' as const, channel: 'lab' };
    const api = createApi({ ...site, commands: bot.commands, channel });
    const app = createApiRoutes(api, { trustsPersonHeader: true });
    const get = (path: string, person = 'bob') =>
      app.request(path, { headers: { host: 'localhost:8080', 'x-dibs-person': person } });
    async function ask(path: string, person = 'bob') {
      const response = await get(path, person);
      return { status: response.status, ...((await response.json()) as Answer) };
    }
    async function say(text: string): Promise<Answer> {
      const response = await app.request('/api/commands', {
        method: 'POST',
        body: JSON.stringify({ text }),
        headers: { host: 'localhost:8080', 'x-dibs-person': 'bob' },
      });
      return (await response.json()) as Answer;
    }
    const use = async () => {
      const { name } = await bot.start('bob', 'a100 10m');
      await site.pass(595, 85);
      await site.untilState(name, 'ended');
      return name;
    };
    return { app, get, ask, say, use, bot };
  }

  it('have their balance, with what is held and how long it lasts', async () => {
    const { ask, use, bot } = await open();
    await use();
    const { name } = await bot.start('bob', 'a100 1h');
    const { balance } = await ask('/api/balance');
    expect(balance).toMatchObject({
      ...{ account: 'lab', zone: 'UTC', heldTicks: '36000000', allowanceTicks: '0' },
      ...{ chargedThisMonthTicks: '6000000', burnTicksPerDay: '6000000' },
      holds: [{ session: name, holder: 'bob', ticks: '36000000' }],
      runsOutAt: expect.stringMatching(/^202[67]-.*Z$/),
    });
    expect((await ask('/api/balance?of=me')).balance).toMatchObject({
      ...{ account: 'bob', postedTicks: '0', burnTicksPerDay: null, runsOutAt: null },
    });
  });

  it('have a statement that adds up to the balance', async () => {
    const { ask, use } = await open();
    const name = await use();
    const { statement } = await ask('/api/statement?of=lab&period=2026-03');
    expect(statement).toMatchObject({ account: 'lab', zone: 'UTC', period: { name: '2026-03' } });
    expect(statement.lines.map(({ what, by }) => [what, by])).toEqual([
      ['grant by test: test', 'test'],
      [`charge ${name}, bob`, expect.any(String)],
    ]);
    const moved = statement.lines.reduce((sum, { ticks }) => sum + BigInt(ticks), 0n);
    expect(BigInt(statement.openingTicks) + moved).toBe(BigInt(statement.closingTicks));
    const { balance } = await ask('/api/balance');
    expect(balance.postedTicks).toBe(statement.closingTicks);
    expect((await ask('/api/statement?period=yesterday')).statement.lines).toEqual([]);
  });

  it('have it as a file to be kept', async () => {
    const { get, use } = await open();
    await use();
    const response = await get('/api/statement?format=csv&period=month');
    expect([...response.headers]).toEqual(
      expect.arrayContaining([
        ['content-type', 'text/csv; charset=utf-8'],
        ['content-disposition', 'attachment; filename="dibs-lab-2026-03.csv"'],
      ]),
    );
    const lines = (await response.text()).split('\n');
    expect(lines[0]).toMatch(/^number,at,kind,what,/);
    expect(lines).toHaveLength(4);
  });

  it.each([
    ['/api/balance?of=carol', 403, 'account_of_others'],
    ['/api/balance?of=mallory', 404, 'unknown_payee'],
    ['/api/statement?of=carol', 403, 'account_of_others'],
    ['/api/statement?of=mallory', 404, 'unknown_payee'],
    ['/api/statement?period=2026-13', 400, 'period_not_understood'],
  ])('%s is answered with %d: %s', async (path, status, kind) => {
    const { ask } = await open();
    const answer = await ask(path);
    expect([answer.status, answer.ok, answer.refusal.kind]).toEqual([status, false, kind]);
    expect(answer.text).not.toBe('');
  });

  it.each(['format=xml', 'of=', `of=${'x'.repeat(101)}`, 'period=%00'])(
    'are asked for otherwise than by %s',
    async (query) => {
      const { ask } = await open();
      const answer = await ask(`/api/statement?${query}`);
      expect([answer.status, answer.ok]).toEqual([400, false]);
      expect(answer.text).toContain('format=csv');
    },
  );

  it('are for nobody who is unknown', async () => {
    const { get, app } = await open();
    for (const path of ['/api/balance', '/api/statement', '/api/statement?format=csv']) {
      expect((await get(path, 'mallory')).status).toBe(401);
      expect((await app.request(path)).status).toBe(401);
    }
  });

  it('come as files beside the words of a command', async () => {
    const { say, get } = await open();
    const { ok, text, files } = await say('history --csv');
    expect([ok, text]).toEqual([true, expect.stringContaining('1 movement')]);
    expect(text).not.toContain('number,at');
    expect(files).toMatchObject([{ name: 'dibs-lab-2026-03.csv', mediaType: 'text/csv' }]);
    const file = await get('/api/statement?format=csv');
    expect(files[0]?.text).toBe(await file.text());
    expect((await say('balance')).files).toEqual([]);
  });
});
