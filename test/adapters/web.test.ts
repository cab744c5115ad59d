import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createApiRoutes } from '../../adapters/web/api.ts';
import { createApi } from '../../bot/api.ts';
import { events } from '../../db/schema/events.ts';
import { inbox } from '../../db/schema/inbox.ts';
import { publicLine } from '../support/keys.ts';
import { onSite } from '../support/on-site.ts';
import type { ApiSession } from '../support/terminal.ts';

type Asked = { path?: string; text?: string; body?: string; headers?: Record<string, string> };

/** All that any answer has: each test reads what its own has. */
type Answer = {
  ok: boolean;
  text: string;
  session: ApiSession & { holder: string };
  sessions: ApiSession[];
  refusal: { kind: string; needed: string };
  board: { hosts: { devices: { session: unknown }[] }[] };
  balance: unknown;
};

const local = { host: 'localhost:8080' };
const asPerson = (name: string) => ({ ...local, 'x-dibs-person': name });

onSite('the HTTP API', {}, (stage) => {
  /** The routes over a running site, and a way to ask them something. */
  async function open({ trustsPersonHeader = true } = {}) {
    const { site } = stage;
    const bot = site.begin();
    await site.pass(3);
    const channel = { platform: 'console' as const, channel: 'lab' };
    const api = createApi({ ...site, commands: bot.commands, channel });
    const app = createApiRoutes(api, { trustsPersonHeader });
    async function ask({ path = '/api/commands', text, body, headers }: Asked) {
      const sent = body ?? (text === undefined ? undefined : JSON.stringify({ text }));
      const response = await app.request(path, {
        ...(sent === undefined ? {} : { method: 'POST', body: sent }),
        headers: { 'content-type': 'application/json', ...asPerson('bob'), ...headers },
      });
      const json = response.headers.get('content-type')?.includes('json');
      return { status: response.status, body: (json ? await response.json() : null) as Answer };
    }
    const startReady = async () => {
      const { body } = await ask({ text: 'start a100 1h' });
      await site.untilState(body.session.name, 'running');
      return body.session.name;
    };
    return { ask, startReady, bot, app };
  }

  it('answers 200 to a command, with its words and its session', async () => {
    const { ask } = await open();
    const { status, body } = await ask({ text: 'start a100 1h' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: true, session: { holder: 'bob', heldTicks: '36000000' } });
    expect(body.text).toContain(body.session.name);
  });

  it('answers 409 to a refused command, with the facts', async () => {
    const { ask } = await open();
    const { status, body } = await ask({ text: 'start a100 23h' });
    const again = await ask({ text: 'start a100 1d' });
    const poor = await ask({ text: 'start a100x2 24h' });
    expect([status, body.ok, again.status]).toEqual([200, true, 200]);
    expect(poor.status).toBe(409);
    expect(poor.body).toMatchObject({ ok: false, refusal: { kind: 'short_balance' } });
    expect(poor.body.refusal.needed).toBe(String(2n * 86_400n * 10_000n));
  });

  it.each([
    ['no JSON', 'start a100 1h'],
    ['no text', '{}'],
    ['a text that is none', '{"text": 1}'],
    ['a text that is too long', JSON.stringify({ text: 'x'.repeat(8001) })],
    ['nothing', ''],
  ])('answers 400 to %s', async (_, body) => {
    const { ask } = await open();
    expect(await ask({ body })).toMatchObject({ status: 400, body: { ok: false } });
  });

  it('takes a key that is broken over lines, and keeps nothing of a private one', async () => {
    const { ask } = await open();
    const added = await ask({
      text: `key add ${publicLine('rsa-3072').replace(/.{100}/g, '$&\n')}`,
    });
    expect([added.status, added.body.text]).toEqual([200, expect.stringContaining('bob@desk')]);
    const lines = `${'A'.repeat(64)}\r\n`.repeat(60);
    const begin = '-----BEGIN RSA PRIVATE KEY-----\n';
    const shown = await ask({ text: `key add ${begin}${lines}-----END RSA PRIVATE KEY-----\n` });
    expect([shown.status, shown.body.refusal.kind]).toEqual([409, 'private_key_shown']);
    const { db } = stage.database;
    const kept = JSON.stringify([await db.select().from(events), await db.select().from(inbox)]);
    expect(kept).toContain('add_ssh_key');
    expect(kept).not.toMatch(/PRIVATE|A{64}/);
  });

  it('answers 413 to a body over its limit, without reading it as a command', async () => {
    const { ask } = await open();
    const body = JSON.stringify({ text: 'list', more: 'x'.repeat(20_000) });
    expect((await ask({ body })).status).toBe(413);
  });

  it('answers 404 to what is not there', async () => {
    const { ask } = await open();
    expect((await ask({ path: '/api/sessions/calm-owl' })).status).toBe(404);
    expect((await ask({ path: '/api/nothing' })).status).toBe(404);
  });

  it('does once what comes twice under one key, and refuses another thing under it', async () => {
    const { ask } = await open();
    const headers = { 'idempotency-key': 'k1' };
    const [first, again] = [
      await ask({ text: 'start a100 1h', headers }),
      await ask({ text: 'start a100 1h', headers }),
    ];
    expect(again.body.session.name).toBe(first.body.session.name);
    const other = await ask({ text: 'start a100 2h', headers });
    expect([other.status, other.body.refusal.kind]).toEqual([409, 'request_key_reused']);
    const carols = { ...headers, ...asPerson('carol') };
    expect((await ask({ text: 'start a100 2h', headers: carols })).status).toBe(200);
    expect(await stage.site.store.livingSessions({})).toHaveLength(2);
  });

  it('shows the link to the holder alone', async () => {
    const { ask, startReady } = await open();
    const name = await startReady();
    const path = `/api/sessions/${name}`;
    const [own, others] = [await ask({ path }), await ask({ path, headers: asPerson('carol') })];
    expect(own.body.session.link).toContain('lab?token=');
    expect(others.body.session).toMatchObject({ name, link: null });
    const seen = await Promise.all(
      ['/api/sessions', '/api/board', path].map((each) =>
        ask({ path: each, headers: asPerson('carol') }),
      ),
    );
    expect(JSON.stringify(seen)).not.toContain('token=');
    const token = new URL(own.body.session.link ?? '').searchParams.get('token') ?? '?';
    expect(JSON.stringify(seen)).not.toContain(token);
  });

  it('shows the team’s sessions, the board and the balance', async () => {
    const { ask, startReady } = await open();
    const name = await startReady();
    const { body: sessions } = await ask({ path: '/api/sessions' });
    expect(sessions.sessions).toMatchObject([{ name, state: 'running', readySeconds: 0 }]);
    const { body: board } = await ask({ path: '/api/board' });
    expect(board.board.hosts[0]?.devices[0]?.session).toMatchObject({ name, holder: 'bob' });
    const { body: balance } = await ask({ path: '/api/balance' });
    expect(balance.balance).toMatchObject({ account: 'lab', heldTicks: '36000000' });
  });

  it('takes the token that the command makes, wherever it comes from, and no other', async () => {
    const { ask, bot } = await open({ trustsPersonHeader: false });
    const { text } = await bot.say('carol', 'token');
    const [token] = /dibs_[\w-]+/.exec(text) ?? [];
    const from = { host: 'dibs.example:8080', 'x-dibs-person': '' };
    const asking = (authorization: string) =>
      ask({ text: 'start a100 1h', headers: { ...from, authorization } });
    const accepted = await asking(`Bearer ${token}`);
    expect([accepted.status, accepted.body.session.holder]).toEqual([200, 'carol']);
    const others = [
      `Bearer ${token}x`,
      `Bearer dibs_${randomUUID()}`,
      `Basic ${token}`,
      'Bearer',
      '',
    ];
    for (const wrong of others) expect((await asking(wrong)).status).toBe(401);
    expect((await ask({ path: '/api/board', headers: from })).status).toBe(401);
  });

  it('does not take a person’s name for a wrong token', async () => {
    const { ask } = await open();
    const headers = { authorization: 'Bearer dibs_wrong' };
    expect((await ask({ text: 'list', headers })).status).toBe(401);
  });

  it('takes a person’s name only where it trusts it, and only under a name of this machine', async () => {
    const trusting = await open();
    expect((await trusting.ask({ text: 'list' })).status).toBe(200);
    for (const host of ['dibs.example:8080', 'localhost.example', '127.0.0.1.example:80', ''])
      expect((await trusting.ask({ text: 'list', headers: { host } })).status).toBe(401);
    const stranger = await trusting.ask({ text: 'list', headers: asPerson('mallory') });
    expect(stranger.status).toBe(401);
    const { ask } = await open({ trustsPersonHeader: false });
    for (const path of ['/api/sessions', '/api/sessions/x', '/api/board', '/api/balance'])
      expect((await ask({ path })).status).toBe(401);
    expect((await ask({ text: 'list' })).status).toBe(401);
  });

  it('never allows a page elsewhere to send that name', async () => {
    const { app } = await open();
    const preflight = await app.request('/api/commands', {
      method: 'OPTIONS',
      headers: {
        ...local,
        origin: 'https://evil.example',
        'access-control-request-headers': 'x-dibs-person',
      },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    expect(preflight.headers.get('access-control-allow-headers')).toBeNull();
  });

  it('says that it lives, and that it can work, to anybody', async () => {
    const { app } = await open({ trustsPersonHeader: false });
    expect((await app.request('/healthz')).status).toBe(200);
    expect((await app.request('/readyz')).status).toBe(200);
  });

  it('lives but is not ready while the database is away', async () => {
    const { site } = stage;
    const api = createApi({
      ...site,
      store: { ...site.store, ping: () => Promise.reject(new Error('away')) },
      commands: site.begin().commands,
      channel: { platform: 'console', channel: 'lab' },
    });
    const app = createApiRoutes(api, { trustsPersonHeader: false });
    expect((await app.request('/healthz')).status).toBe(200);
    expect((await app.request('/readyz')).status).toBe(503);
  });
});
