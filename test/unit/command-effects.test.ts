import { describe, expect, it } from 'vitest';
import { directAccess } from '../../bot/access.ts';
import { createCommands } from '../../bot/handle.ts';
import { plainText } from '../../bot/render/words.ts';
import type { Standing } from '../../core/entity.ts';
import type { Store } from '../../core/store.ts';
import type { Payee, SessionView } from '../../core/view.ts';
import { aTransfer } from '../support/a-notice.ts';
import { aHost, chosenPytorch, noonPlus } from '../support/facts.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { aRequest } from '../support/messages/credits.ts';
import { partOf } from '../support/part-of.ts';
import { aView, secretToken } from '../support/session-view.ts';
import { quietLog } from '../support/site.ts';
import { noon, testPolicy } from '../support/world.ts';

const payee = (kind: Payee['kind'], name: string): Payee => ({
  kind,
  name,
  accountId: `${kind} ${name}`,
  personId: kind === 'person' ? name : null,
  teamIds: ['lab'],
});
const payees = [payee('person', 'carol'), payee('team', 'lab'), payee('person', 'bob')];
const ssh = { host: 'gpu-1', port: 2222 };

type Asked = { result?: object; refused?: boolean; session?: SessionView; store?: Partial<Store> };

/** What bob says, over a store that grants all of it, or refuses all. */
async function said(text: string, asked: Asked & { standing?: Standing; person?: string } = {}) {
  const { result = {}, refused: isRefused = false, session = aView(), person = 'bob' } = asked;
  const woken: (string | null)[] = [];
  const performed: { name: string; input: unknown }[] = [];
  const perform = async ({ name }: { name: string }, { input }: { input: unknown }) => {
    performed.push({ name, input });
    return isRefused
      ? { kind: 'refused', refusal: { kind: 'own_credits' } }
      : { kind: 'accepted', result };
  };
  const commands = createCommands({
    store: partOf<Store>({
      personOf: async () => ({ id: person, name: person, teamId: 'lab', team: 'lab', roles: [] }),
      perform: perform as unknown as Store['perform'],
      sessionByName: async (name) => (name === session.name ? session : null),
      // As it is once it was stopped, where that was asked for.
      sessionById: async () => ({ ...session, endReason: 'stopped_by_owner' }),
      sessionOfRequest: async () => null,
      livingSessions: async () => [session],
      requestByNumber: async () => aRequest(),
      requestById: async () => aRequest(),
      transferById: async () => aTransfer(),
      payees: async () => payees,
      activityOf: async () => null,
      fleet: async () => ({ hosts: [aHost('gpu-1', ['a100-80gb'])], queue: [], running: [] }),
      ...asked.store,
    }),
    clock: createFakeClock(noon),
    log: quietLog,
    policy: testPolicy,
    access: directAccess,
    images: [chosenPytorch],
    newSecret: () => 'secret',
    wake: (hostId) => void woken.push(hostId),
  });
  const reply = await commands.handle({
    platform: 'console',
    externalId: person,
    standing: asked.standing ?? 'member',
    channel: 'lab',
    text,
    requestKey: 'key',
  });
  return { reply, woken, performed, text: plainText(reply.message) };
}

const voted = { kind: 'denied' };
/** What each has the store do, and which loop it wakes. */
const deciding: Record<string, { result?: object; wakes: (string | null)[]; input: object }> = {
  'start a100 1h': {
    result: { sessionId: 'session-1', name: 'brave-otter', hostId: 'host-1' },
    wakes: ['host-1'],
    input: { own: false, now: false, check: false, deviceCount: 1, leaseSeconds: 3600 },
  },
  'start a100x2 1h --me': {
    result: { sessionId: 'session-1', name: 'brave-otter', hostId: null },
    wakes: [null],
    input: { own: true, now: false, check: false, deviceCount: 2 },
  },
  'start a100 1h --now': {
    result: { sessionId: 'session-1', name: 'brave-otter', hostId: 'host-1' },
    wakes: ['host-1'],
    input: { own: false, now: true, check: false },
  },
  'start a100 1h --check': {
    result: { sessionId: 'session-1', name: 'brave-otter', hostId: 'host-1' },
    wakes: ['host-1'],
    input: { own: false, now: false, check: true, personId: 'bob', teamId: 'lab' },
  },
  stop: { wakes: ['host-1'], input: { sessionId: 'session-1' } },
  'extend 1h': { wakes: [null], input: { sessionId: 'session-1', addedSeconds: 3600 } },
  quiet: { wakes: [], input: { sessionId: 'session-1' } },
  'request 20 for JAX': {
    result: { requestId: 'request-17' },
    wakes: [null],
    input: { accountId: 'team lab', amount: 72_000_000n, reason: 'for JAX' },
  },
  'request 20 --me for JAX': {
    result: { requestId: 'request-17' },
    wakes: [null],
    input: { accountId: 'person bob' },
  },
  'withdraw 17': { wakes: [null], input: { requestId: 'request-17' } },
  'approve 17': {
    result: voted,
    wakes: [null],
    input: { vote: 'approve', by: 'command', reason: null, standing: 'member' },
  },
  'deny 17': { result: voted, wakes: [null], input: { vote: 'deny', reason: null } },
  'deny 17 too much': { result: voted, wakes: [null], input: { vote: 'deny', reason: 'too much' } },
  'grant @carol 20 thanks': {
    result: { transferId: 'transfer-1' },
    wakes: [null],
    input: { accountId: 'person carol', amount: 72_000_000n, reason: 'thanks' },
  },
  'give @carol 20': {
    result: { transferId: 'transfer-1' },
    wakes: [null],
    input: { fromAccountId: 'person bob', toAccountId: 'person carol', reason: 'a gift' },
  },
  'adjust @carol -20 wrong': {
    result: { transferId: 'transfer-1' },
    wakes: [null],
    input: { accountId: 'person carol', amount: -72_000_000n, reason: 'wrong' },
  },
  'reverse 3 wrong': {
    result: { transferId: 'transfer-1' },
    wakes: [null],
    input: { number: 3, reason: 'wrong' },
  },
};

describe.each(Object.entries(deciding))('“%s”', (text, { result = {}, wakes, input }) => {
  it('has that done, and wakes whose work it is', async () => {
    const { reply, performed, woken } = await said(text, { result });
    expect(reply.ok).toBe(true);
    expect(performed).toMatchObject([{ input }]);
    expect(woken).toEqual(wakes);
  });

  it('wakes nobody where it is refused', async () => {
    const { reply, woken } = await said(text, { refused: true });
    expect([reply.ok, reply.refusal?.kind, woken]).toEqual([false, 'own_credits', []]);
  });
});

describe('a session', () => {
  it.each(['stop', 'extend 1h', 'quiet', 'status'])(
    'shows how to get in to its holder alone in the answer to %s',
    async (text) => {
      const word = text.replace(/^(\S+)/, '$1 brave-otter');
      expect((await said(word)).reply.session).toMatchObject({ token: secretToken });
      const other = (await said(word, { person: 'carol' })).reply;
      expect(other.session).toMatchObject({ token: null, url: null });
      expect(JSON.stringify(other.message)).not.toContain(secretToken);
    },
  );

  it.each([
    ['running', { ssh, keyIds: ['key-1'] }, [null, null]],
    ['running', { ssh: null }, [null, 'no_ssh']],
    ['running', { ssh: null, simulated: true }, [null, 'no_ssh_simulated']],
    ['running', { url: null, ssh }, ['not_ready', null]],
    ['requested', {}, ['not_ready', 'not_ready']],
    ['starting', {}, ['not_ready', 'not_ready']],
    ['stopping', {}, ['session_over', 'session_over']],
    ['ended', {}, ['session_over', 'session_over']],
  ] as const)('that is %s and %j opens so', async (state, facts, kinds) => {
    const session = aView({ state, keyIds: null, ...facts });
    const opened = [];
    for (const word of ['open', 'ssh'])
      opened.push((await said(`${word} brave-otter`, { session })).reply.refusal?.kind ?? null);
    expect(opened).toEqual(kinds);
    const other = await said('open brave-otter', { session, person: 'carol' });
    expect(other.reply.refusal).toEqual({ kind: 'not_allowed', needs: 'holder', holder: 'bob' });
  });

  it('that is not named is the one that the same request was about, else the only one', async () => {
    const other = aView({ id: 'session-2', name: 'calm-heron' });
    const inputOf = async (store: Partial<Store>) => {
      const { performed, reply } = await said('stop', { store });
      return performed[0]?.input ?? reply.refusal?.kind;
    };
    expect(await inputOf({})).toEqual({ sessionId: 'session-1' });
    expect(await inputOf({ sessionOfRequest: async () => other })).toEqual({
      sessionId: 'session-2',
    });
    expect(await inputOf({ livingSessions: async () => [] })).toBe('no_session_of_yours');
    expect(await inputOf({ livingSessions: async () => [aView(), other] })).toBe('which_session');
  });

  it('says what it has used, and who is in it, while it runs', async () => {
    const seen = (connections: number) => ({
      activityOf: async () => ({
        sessionId: 'session-1',
        connections,
        lastActiveAt: noonPlus(-60),
      }),
    });
    expect((await said('status')).text).toMatch(/Used/);
    expect((await said('status')).text).not.toMatch(/In browsers/);
    expect((await said('status', { store: seen(1) })).text).toMatch(/1 connection,/);
    expect((await said('status', { store: seen(0) })).text).toMatch(/0 connections,/);
    const session = aView({ state: 'starting' });
    expect((await said('status', { session, store: seen(1) })).text).not.toMatch(/Used|browsers/);
  });
});

describe('a guest', () => {
  it.each(Object.keys(deciding).map((text) => text.split(' ')[0] ?? ''))(
    'may stop and silence what is theirs, and no more: %s',
    async (word) => {
      const text = Object.keys(deciding).find((each) => each.startsWith(word)) ?? '';
      const { reply, performed } = await said(text, { standing: 'guest' });
      const isFree = ['stop', 'quiet'].includes(word);
      expect(reply.refusal?.kind ?? null).toBe(isFree ? null : 'guests_refused');
      expect(performed).toHaveLength(isFree ? 1 : 0);
    },
  );

  it('may look', async () => {
    for (const text of ['status', 'open', 'help'])
      expect((await said(text, { standing: 'guest' })).reply.ok).toBe(true);
  });
});

describe('whoever may not decide', () => {
  it('is told who may, about this very request', async () => {
    expect((await said('approve 17', { refused: true })).text).toContain('is your own');
    const stale = {
      perform: (async () => ({ kind: 'refused', refusal: { kind: 'stale' } })) as never,
    };
    const { reply } = await said('approve 17', { store: stale });
    expect(reply.refusal).toEqual({ kind: 'stale' });
  });
});
