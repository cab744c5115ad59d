import { describe, expect, it } from 'vitest';
import { createApiRoutes } from '../../adapters/web/api.ts';
import { listen } from '../../adapters/web/server.ts';
import type { Api } from '../../core/api.ts';
import { quietLog } from '../support/site.ts';

const host = 'localhost:8080';
const bob = { id: 'id-of-bob', name: 'bob' };

type Asked = { body?: string; headers?: Record<string, string>; from?: string };

/** The routes over an API that takes everything, and what reached it. */
function open({ trustsPersonHeader = true } = {}) {
  const reached: unknown[][] = [];
  const take =
    (name: string, answer: object) =>
    async (...asked: unknown[]) => {
      reached.push([name, ...asked.slice(1)]);
      return answer;
    };
  const api = {
    run: take('run', { ok: true }),
    sessions: take('sessions', []),
    session: take('session', {}),
    board: take('board', {}),
    balance: take('balance', { balance: {} }),
    statement: take('statement', {
      file: { name: 'a "b"/ä.csv', mediaType: 'text/csv', text: 'x' },
    }),
    events: take('events', { events: [], next: null }),
    ready: async () => undefined,
    personNamed: async (name: string) => (name === 'bob' ? bob : null),
    personOfToken: async (token: string) => (token === 'dibs_good' ? bob : null),
  } as unknown as Api;
  const app = createApiRoutes(api, { trustsPersonHeader });
  /** Over a connection of that address; none: in the process itself. */
  async function ask(path: string, { body, headers, from }: Asked = {}) {
    const sent = body === undefined ? {} : { method: 'POST', body };
    const env = from === undefined ? {} : { incoming: { socket: { remoteAddress: from } } };
    const all = { host, 'x-dibs-person': 'bob', ...headers };
    const response = await app.request(path, { ...sent, headers: all }, env);
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
  const command = (text: string, headers: Record<string, string> = {}) =>
    ask('/api/commands', { body: JSON.stringify({ text }), headers });
  return { app, ask, command, reached };
}

describe('the limits of the HTTP API', () => {
  it('a command of 8,000 characters is taken, and a longer one is not', async () => {
    const { command, reached } = open();
    expect((await command('x'.repeat(8000))).status).toBe(200);
    const refused = await command('x'.repeat(8001));
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('8,000')]);
    expect(reached).toHaveLength(1);
  });

  it('a body of 16 KiB is taken, and a byte more is not', async () => {
    const { ask, reached } = open();
    const bodyOf = (length: number) => {
      const start = '{"text":"list","more":"';
      return `${start}${'x'.repeat(length - start.length - 2)}"}`;
    };
    expect((await ask('/api/commands', { body: bodyOf(16_384) })).status).toBe(200);
    expect((await ask('/api/commands', { body: bodyOf(16_385) })).status).toBe(413);
    expect(reached).toHaveLength(1);
  });

  it('an Idempotency-Key of 200 characters is taken with its person’s id, and a longer one is not', async () => {
    const { command, reached } = open();
    const key = 'k'.repeat(200);
    expect((await command('list', { 'idempotency-key': key })).status).toBe(200);
    const refused = await command('list', { 'idempotency-key': `${key}k` });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('200')]);
    expect(reached).toEqual([['run', 'list', `api:id-of-bob:${key}`]]);
  });

  it('without such a key each command is another one', async () => {
    const { command, reached } = open();
    await command('list');
    await command('list');
    expect(new Set(reached.map(([, , key]) => key)).size).toBe(2);
  });

  it.each(['\t', '\r', '\n'])('a command may have %j in it', async (character) => {
    expect((await open().command(`a${character}b`)).status).toBe(200);
  });

  it.each(['\0', '\x1b', '\x7f', '\u0085', '\ud83d'])(
    'a command has no %j in it',
    async (character) => {
      const { command, reached } = open();
      expect((await command(`a${character}b`)).status).toBe(400);
      expect(reached).toEqual([]);
    },
  );

  it('a name of 100 characters is looked for, and a longer one or an odd one is not', async () => {
    const { ask, reached } = open();
    expect((await ask(`/api/sessions/${'n'.repeat(100)}`)).status).toBe(200);
    expect((await ask(`/api/sessions/${'n'.repeat(101)}`)).status).toBe(404);
    expect((await ask('/api/sessions/a%00')).status).toBe(404);
    expect(reached).toEqual([['session', 'n'.repeat(100)]]);
  });

  it.each([
    ['/api/balance?of=', 100],
    ['/api/statement?of=', 100],
    ['/api/statement?period=', 100],
    ['/api/events?person=', 100],
    ['/api/events?session=', 100],
    ['/api/events?request=', 100],
  ])('%s is a word of %i characters at most', async (path, most) => {
    const { ask, reached } = open();
    expect((await ask(`${path}${'x'.repeat(most)}`)).status).toBe(200);
    for (const odd of ['x'.repeat(most + 1), '', 'a%1Bb'])
      expect((await ask(`${path}${odd}`)).status).toBe(400);
    expect(reached).toHaveLength(1);
  });

  it.each([
    ['', 50],
    ['?limit=1', 1],
    ['?limit=200', 200],
  ])('events%s are asked for with a limit of %i', async (query, limit) => {
    const { ask, reached } = open();
    expect((await ask(`/api/events${query}`)).status).toBe(200);
    expect(reached).toEqual([
      ['events', { person: null, session: null, request: null, limit, before: null }],
    ]);
  });

  it.each(['0', '201', '1.5'])('events are asked for by no limit of %s', async (limit) => {
    expect((await open().ask(`/api/events?limit=${limit}`)).status).toBe(400);
  });

  it('a file has a name that no header or folder can be made of', async () => {
    const { headers } = await open().ask('/api/statement?format=csv');
    expect(headers.get('content-disposition')).toBe('attachment; filename="a--b---.csv"');
  });
});

describe('who is asking', () => {
  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])(
    'from %s may say a name where that is enough',
    async (from) => {
      expect((await open().ask('/api/board', { from })).status).toBe(200);
      const { ask } = open({ trustsPersonHeader: false });
      expect((await ask('/api/board', { from })).status).toBe(401);
    },
  );

  it.each(['10.0.0.1', '128.0.0.1', '::2', '::11', '::ffff:10.0.0.1', ''])(
    'from “%s” may not',
    async (from) => {
      expect((await open().ask('/api/board', { from })).status).toBe(401);
    },
  );

  it.each(['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'])(
    'through a proxy that sends %s may not',
    async (name) => {
      expect((await open().ask('/api/board', { headers: { [name]: 'x' } })).status).toBe(401);
    },
  );

  it.each([
    ['Bearer dibs_good', 200],
    ['bearer  dibs_good', 200],
    ['Bearer dibs_bad', 401],
    ['Bearer dibs_good dibs_good', 401],
    ['XBearer dibs_good', 401],
  ])('with “%s” is answered %i', async (authorization, status) => {
    const { ask } = open({ trustsPersonHeader: false });
    const headers = { host: 'dibs.example', authorization };
    expect((await ask('/api/board', { headers })).status).toBe(status);
  });

  it('is told what was wrong: the token, the name or that there was neither', async () => {
    const { app, ask } = open();
    const said = async (headers: Record<string, string>) =>
      JSON.parse((await ask('/api/board', { headers: { host, ...headers } })).text).text;
    expect(await said({ authorization: 'Bearer dibs_bad' })).toContain('not valid');
    expect(await said({ 'x-dibs-person': 'mallory' })).toContain('nobody of that name');
    const nameless = await app.request('/api/board', { headers: { host } });
    expect(await nameless.text()).toContain('Send a token');
  });
});

it('an address that is not this machine’s is refused as the system says it', async () => {
  const app = { fetch: async () => new Response() };
  const elsewhere = listen(app as never, { bind: '203.0.113.1', port: 0 }, quietLog);
  await expect(elsewhere).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
});
