import { expect, test } from 'vitest';

import type { Message } from '../../core/message.ts';
import type { SessionView } from '../../core/view.ts';
import { aPost } from '../support/a-post.ts';
import { noCommands, startConsole } from '../support/console.ts';

const never = new AbortController().signal;
const hello: Message = { title: 'hello', tone: 'neutral', parts: [] };
const secret: Message = { title: 'for alice alone', tone: 'neutral', parts: [] };
const toAlice = { kind: 'person', externalId: 'alice' } as const;
const toLab = { kind: 'channel', channel: 'lab' } as const;

test('the page is served with the people to choose from and a policy that lets no inline script run', async () => {
  const { app } = startConsole();
  const response = await app.request('/');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-security-policy')).toContain("script-src 'self';");
  const page = await response.text();
  for (const name of ['alice', 'bob', 'carol']) expect(page).toContain(`value="${name}"`);
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
});

test('every asset that the page or another asset names is served', async () => {
  const { app } = startConsole();
  const asked = new Set<string>();
  async function ask(path: string) {
    if (asked.has(path)) return;
    asked.add(path);
    const response = await app.request(path);
    expect(response.status, path).toBe(200);
    const text = await response.text();
    const imports = text.matchAll(/from '\.\/([\w-]+\.js)'/g);
    for (const [, name] of imports) await ask(`/console/${name}`);
  }
  const page = await (await app.request('/')).text();
  for (const [, path] of page.matchAll(/(?:src|href)="(\/console\/[^"]+)"/g)) await ask(path ?? '');
  expect(asked.size).toBeGreaterThan(15);
});

test.each(['/console/console.ts', '/console/..%2fconsole.ts', '/console/page', '/console/'])(
  'nothing beside the assets is served: %s',
  async (path) => {
    const { app } = startConsole();
    expect((await app.request(path)).status).toBe(404);
  },
);

test('the line has room for the longest key', async () => {
  const { app, send, invocations } = startConsole();
  const text = `key add ${'A'.repeat(1400)}`;
  await send('commands', { person: 'bob', text, requestKey: 'a-long-key' });
  expect(invocations).toMatchObject([{ text }]);
  expect(await (await app.request('/')).text()).toContain('maxlength="2000"');
});

test('a simulated fleet is called simulated at the top of the page', async () => {
  const real = await startConsole().app.request('/');
  const simulated = await startConsole({ simulated: true }).app.request('/');
  expect(await real.text()).not.toContain('simulated');
  expect(await simulated.text()).toContain('simulated GPUs');
});

test('a private message reaches neither the backlog nor the live stream of anybody else', async () => {
  const { chat, open } = startConsole();
  const ref = await chat.post(aPost(toAlice, secret, 'before'), never);
  const bob = await open('bob');
  const alice = await open('alice');
  expect((await bob.next('conversation')).messages).toEqual([]);
  expect((await alice.next('conversation')).messages).toHaveLength(1);
  await chat.post(aPost(toAlice, secret, 'live'), never);
  await chat.update(ref, { ...secret, title: 'changed for alice' }, never);
  await chat.post(aPost(toLab, hello, 'shared'), never);
  // The first thing that bob hears is what came last: all before it was alice's.
  expect(await bob.next('message')).toMatchObject({ id: 'shared', person: null });
  expect(await alice.next('message')).toMatchObject({ id: 'live', person: 'alice' });
  expect((await alice.next('update')).message.title).toBe('changed for alice');
});

test('a token in a waiting session never reaches the board of the page', async () => {
  const waiting = { ...waitingSession, token: 'token-of-bob', url: 'http://gpu-1/?token=of-bob' };
  const { open } = startConsole({ board: async () => ({ hosts: [], queue: [waiting] }) });
  const carol = await open('carol');
  const board = await carol.next('board');
  expect(board.queue[0]?.name).toBe('brave-otter');
  expect(JSON.stringify(board)).not.toContain('of-bob');
});

test('the board is sent when it changed, and looked at once a second while somebody listens', async () => {
  let looks = 0;
  let queue: SessionView[] = [];
  const board = async () => {
    looks += 1;
    return { hosts: [], queue };
  };
  const { open, clock } = startConsole({ board });
  await clock.advance(5_000);
  expect(looks).toBe(0);

  const bob = await open('bob');
  const carol = await open('carol');
  expect((await bob.next('board')).queue).toEqual([]);
  await clock.advance(3_000);
  expect(looks).toBe(4);
  queue = [waitingSession];
  await clock.advance(1_000);
  // One event only: three looks in between saw nothing new.
  expect((await bob.next('board')).queue).toHaveLength(1);

  await bob.close();
  await carol.close();
  const before = looks;
  await clock.advance(10_000);
  expect(looks).toBe(before);
});

test('a board that cannot be read is looked at again', async () => {
  let looks = 0;
  const board = async () => {
    looks += 1;
    if (looks === 1) throw new Error('the database is away');
    return { hosts: [], queue: [] };
  };
  const { open, clock } = startConsole({ board });
  const bob = await open('bob');
  await clock.advance(1_000);
  expect((await bob.next('board')).queue).toEqual([]);
});

test('a quiet stream beats every 15 seconds', async () => {
  const { open, clock } = startConsole();
  const bob = await open('bob');
  await bob.next('board');
  await clock.advance(15_000);
  expect(await bob.nextBlock()).toBe(': still here\n\n');
});

test('a tab that reads nothing is let go', async () => {
  const { chat, open } = startConsole();
  const bob = await open('bob');
  for (let count = 0; count < 1_100; count += 1)
    await chat.post(aPost(toLab, hello, `flood-${count}`), never);
  await expect(readToEnd(bob.nextBlock)).rejects.toThrow('the stream ended');
});

test('the conversation keeps its last 500 messages', async () => {
  const { chat, open } = startConsole();
  for (let count = 0; count < 510; count += 1)
    await chat.post(aPost(toLab, hello, `m-${count}`), never);
  const { messages } = await (await open('bob')).next('conversation');
  expect(messages).toHaveLength(500);
  expect(messages[0]?.id).toBe('m-10');
});

test.each([
  ['list', 'list'],
  ['/gpu list', 'list'],
  ['  /GPU   start a100 2h ', 'start a100 2h'],
  ['/gpu', ''],
  ['', ''],
  ['/gpus', '/gpus'],
])('typed as %j, the command is %j', async (typed, text) => {
  const console = startConsole();
  const response = await console.send('commands', {
    person: 'bob',
    text: typed,
    requestKey: 'key-00001',
  });
  expect(await response.json()).toEqual({
    ok: true,
    message: expect.objectContaining({ tone: 'good' }),
  });
  expect(console.invocations).toEqual([
    {
      platform: 'console',
      externalId: 'bob',
      standing: 'member',
      channel: 'lab',
      text,
      requestKey: 'console:key-00001',
    },
  ]);
});

test.each([
  ['a person that nobody knows', { person: 'mallory' }, 404],
  ['a line of 2,001 characters', { text: 'x'.repeat(2001) }, 400],
  ['a request key too short to be one', { requestKey: 'short' }, 400],
  ['a body over 16 KiB', { text: 'x'.repeat(20_000) }, 413],
])('%s is refused and runs nothing', async (_what, change, status) => {
  const { send, invocations } = startConsole();
  const body = { person: 'bob', text: 'list', requestKey: 'key-00001', ...change };
  const response = await send('commands', body);
  expect(response.status).toBe(status);
  expect(await response.json()).toHaveProperty('error');
  expect(invocations).toEqual([]);
});

test.each([
  { what: 'half of a JSON body', contentType: 'application/json', body: '{', status: 400 },
  { what: 'a form', contentType: 'text/plain', body: '{"person":"bob"}', status: 415 },
])('$what is refused', async ({ contentType, body, status }) => {
  const { app } = startConsole();
  const headers = { 'content-type': contentType };
  const response = await app.request('/console/commands', { method: 'POST', headers, body });
  expect(response.status).toBe(status);
});

test('a command that breaks is answered with a sentence and logged', async () => {
  const lines: string[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (line: string) => void lines.push(line) };
  const handle = () => Promise.reject(new Error('boom'));
  const commands = { ...noCommands, handle };
  const { send } = startConsole({ log, commands });
  const response = await send('commands', { person: 'bob', text: 'list', requestKey: 'key-00001' });
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('boom');
  expect(lines).toEqual(['console request failed']);
});

test('suggestions come for the line as it is typed, its last space included', async () => {
  const { app } = startConsole();
  const response = await app.request('/console/complete?person=bob&text=/gpu%20start%20');
  expect(await response.json()).toEqual({ suggestions: [{ text: 'start !', hint: 'louder' }] });
});

test('nobody unknown may listen', async () => {
  const { app } = startConsole();
  expect((await app.request('/console/stream?person=mallory')).status).toBe(404);
  expect((await app.request('/console/stream')).status).toBe(404);
});

async function readToEnd(read: () => Promise<unknown>): Promise<never> {
  for (;;) await read();
}

const waitingSession: SessionView = {
  id: '019c0000-0000-7000-8000-000000000001',
  name: 'brave-otter',
  state: 'requested',
  queued: true,
  holder: { personId: '019c0000-0000-7000-8000-000000000002', name: 'bob' },
  team: { id: '019c0000-0000-7000-8000-000000000003', name: 'lab', zone: 'UTC' },
  account: 'lab',
  deviceType: 'a100-80gb',
  deviceCount: 1,
  devices: [],
  hostId: null,
  host: null,
  simulated: false,
  image: 'pytorch',
  leaseSeconds: 7200,
  ticksPerSecond: 10_000n,
  held: 72_000_000n,
  charged: null,
  requestedAt: new Date('2026-03-02T09:59:00Z'),
  activeAt: null,
  until: null,
  endedAt: null,
  endReason: null,
  faultDetail: null,
  progress: null,
  readySince: null,
  readyMillis: 0,
  verdict: null,
  url: null,
  ssh: null,
  keyIds: null,
  token: 'token',
  channel: { platform: 'console', channel: 'lab' },
  messageRef: null,
};
