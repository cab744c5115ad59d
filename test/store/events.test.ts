import { expect, it } from 'vitest';
import { payAllowance } from '../../core/actions/allowance.ts';
import { claim } from '../../core/actions/claim.ts';
import { expire } from '../../core/actions/expire.ts';
import { extend } from '../../core/actions/extend.ts';
import { give } from '../../core/actions/give.ts';
import { grant } from '../../core/actions/grant.ts';
import { reportReady } from '../../core/actions/report.ts';
import { request } from '../../core/actions/request.ts';
import { reverse } from '../../core/actions/reverse.ts';
import { stop } from '../../core/actions/stop.ts';
import { vote } from '../../core/actions/vote.ts';
import type { EventsAsked } from '../../core/audit.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { plainStart } from '../support/facts.ts';
import { createSpeaking } from '../support/speaking.ts';
import { act, as, claimOf, onEachDatabase, sessionIn } from '../support/stage.ts';
import { accepted, askStart, lab, refused } from '../support/world.ts';

const other = {
  name: 'other',
  zone: 'UTC',
  channels: [{ platform: 'console' as const, channel: 'other' }],
  people: [
    { name: 'erin', roles: ['admin' as const], identities: [] },
    { name: 'bob', roles: [], identities: [] },
  ],
};
const hosts = [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }];

onEachDatabase('the audit', {}, (stage) => {
  const ask = (asked: Partial<EventsAsked> = {}) => {
    const all = { personId: null, about: null, before: null, limit: 50 };
    return stage.world.store.events({ teamId: stage.world.team.teamId, ...all, ...asked });
  };
  const actionsOf = async (asked: Partial<EventsAsked> = {}) =>
    (await ask(asked)).map(({ action }) => action);
  const personIdOf = async (name: string) => (await stage.world.actorOf(name)).personId;
  const accountOf = async (name: string) =>
    (await stage.world.store.payees()).find((payee) => payee.name === name)?.accountId ?? '';
  const by = async (name: string) => as(stage.world, await stage.world.actorOf(name));
  const asking = async () => ({
    accountId: await accountOf('lab'),
    amount: 77n,
    reason: 'for the paper',
    channel: { platform: 'console' as const, channel: 'lab' },
  });
  const yes = { vote: 'approve', by: 'command', standing: 'member', reason: null } as const;

  it('says who asked what, when and from where, decided on which facts, and how', async () => {
    const { sessionId } = await accepted(askStart(stage.world, 'bob'));
    const [session] = await stage.database.db.select().from(sessions);
    const [event] = await ask();
    expect(event).toEqual({
      id: sessionId,
      at: stage.world.clock.now(),
      actor: {
        kind: 'person',
        personId: await personIdOf('bob'),
        name: 'bob',
        team: 'lab',
        platform: 'console',
        channel: 'lab',
      },
      action: 'start',
      input: { deviceType: 'a100', deviceCount: 1, leaseSeconds: 3600, own: false },
      facts: {
        accounts: [{ name: 'lab', posted: 1_800_000_000n, held: 0n }],
        spending: {
          held: 0n,
          personDevices: 0,
          teamDevices: 0,
          periods: {
            day: { charged: 0n, until: new Date('2026-03-03T00:00:00Z') },
            week: { charged: 0n, until: new Date('2026-03-09T00:00:00Z') },
            month: { charged: 0n, until: new Date('2026-04-01T00:00:00Z') },
          },
        },
      },
      outcome: { kind: 'accepted', result: { name: session?.name } },
      session: { id: sessionId, name: session?.name, holder: 'bob' },
      request: null,
      account: null,
    });
  });

  it('keeps what was refused, with why', async () => {
    await refused(askStart(stage.world, 'bob', { leaseSeconds: 60 }));
    expect((await ask())[0]).toMatchObject({
      action: 'start',
      outcome: { kind: 'refused', refusal: { kind: 'lease_too_short', askedSeconds: 60 } },
      session: null,
    });
  });

  it('is the latest first, in pages that neither miss nor repeat', async () => {
    for (let at = 0; at < 7; at += 1)
      await refused(askStart(stage.world, 'bob', { leaseSeconds: at }));
    const all = await ask();
    expect(all.map(({ input }) => input.leaseSeconds ?? 'grant')).toEqual([
      6,
      5,
      4,
      3,
      2,
      1,
      0,
      'grant',
    ]);
    const first = await ask({ limit: 3 });
    const second = await ask({ limit: 3, before: first.at(-1)?.id ?? null });
    const third = await ask({ limit: 3, before: second.at(-1)?.id ?? null });
    expect([...first, ...second, ...third]).toEqual(all);
  });

  it('of a person is what they did, and what was done about what is theirs', async () => {
    const alice = await by('alice');
    const sessionId = await sessionIn(stage.world, 'running');
    await accepted(alice(extend, { sessionId, addedSeconds: 600 }));
    await accepted(alice(grant, { accountId: await accountOf('bob'), amount: 5n, reason: 'demo' }));
    await accepted(
      alice(grant, { accountId: await accountOf('carol'), amount: 5n, reason: 'demo' }),
    );
    const { requestId } = await accepted((await by('bob'))(request, await asking()));
    await accepted(alice(vote, { requestId, ...yes }));
    const bobs = ['vote', 'request', 'grant', 'extend', 'start'];
    expect(await actionsOf({ personId: await personIdOf('bob') })).toEqual(bobs);
    expect(await actionsOf({ personId: await personIdOf('carol') })).toEqual(['grant']);
    const alices = ['vote', 'grant', 'grant', 'extend'];
    expect(await actionsOf({ personId: await personIdOf('alice') })).toEqual(alices);
  });

  it('of a session is all about it, also what the loops did, and nothing else', async () => {
    const sessionId = await sessionIn(stage.world, 'running');
    await sessionIn(stage.world, 'running');
    await stage.world.clock.advance(3_600_000);
    await accepted(act(stage.world, expire, { sessionId }));
    const all = ['expire', 'report_ready', 'claim', 'start'];
    expect(await actionsOf({ about: sessionId })).toEqual(all);
    expect(new Set((await ask({ about: sessionId })).map(({ session }) => session?.id))).toEqual(
      new Set([sessionId]),
    );
  });

  it('of a request is its asking and its votes', async () => {
    const { requestId } = await accepted((await by('bob'))(request, await asking()));
    await accepted((await by('alice'))(vote, { requestId, ...yes }));
    expect(await ask({ about: requestId })).toMatchObject([
      {
        action: 'vote',
        input: { vote: 'approve' },
        facts: { request: { state: 'pending', amount: 77n, approvalsNeeded: 1, approvals: [] } },
        outcome: { result: { kind: 'approved' } },
        request: { number: 1, requester: 'bob' },
      },
      {
        action: 'request',
        input: { amount: 77n, reason: 'for the paper' },
        facts: { pendingRequests: 0, approvers: [await personIdOf('alice')] },
        request: { number: 1, requester: 'bob' },
        account: 'lab',
      },
    ]);
  });

  it('leaves out what loops do all the time', async () => {
    const sessionId = await sessionIn(stage.world, 'running', { leaseSeconds: 1200 });
    await stage.world.clock.advance(301_000);
    expect(await accepted(act(stage.world, expire, { sessionId }))).toBe('warning');
    await stage.world.clock.advance(900_000);
    expect(await accepted(act(stage.world, expire, { sessionId }))).toBe('end');
    expect(await actionsOf()).toEqual(['expire', 'start', 'grant']);
  });

  it('names the transfer that was taken back, and the account', async () => {
    const alice = await by('alice');
    const accountId = await accountOf('bob');
    const { transferId } = await accepted(alice(grant, { accountId, amount: 5n, reason: 'demo' }));
    const { number = 0 } = (await stage.world.store.transferById(transferId)) ?? {};
    await accepted(alice(reverse, { number, reason: 'wrong' }));
    await accepted(
      act(stage.world, payAllowance, { accountId, amount: 9n, carryOver: 0n, period: '2026-03' }),
    );
    expect(await ask({ limit: 2 })).toMatchObject([
      { action: 'pay_allowance', account: 'bob', input: { period: '2026-03', amount: 9n } },
      {
        action: 'reverse',
        account: 'bob',
        facts: { transfer: { number, kind: 'grant', amount: 5n } },
      },
    ]);
  });

  it('shows an admin what concerns their team and no other', async () => {
    const { store } = stage.world;
    const [, second] = (await store.setUp({ teams: [lab, other], hosts })).teams;
    const { teamId = '', accountId = '' } = second ?? {};
    await accepted(act(stage.world, grant, { accountId, amount: 10n ** 9n, reason: 'theirs' }));
    const erin = await store.personNamed('erin');
    const { sessionId } = await accepted(
      askStart(stage.world, 'bob', { teamId, channel: { platform: 'console', channel: 'other' } }),
    );
    await accepted(
      act(stage.world, grant, { accountId: await accountOf('erin'), amount: 1n, reason: 'theirs' }),
    );
    await accepted(
      act(stage.world, grant, { accountId: await accountOf('carol'), amount: 1n, reason: 'ours' }),
    );
    const seen = async (team: string) =>
      (await ask({ teamId: team })).map(({ input }) => input.reason ?? 'start');
    expect(await seen(teamId)).toEqual(['theirs', 'start', 'theirs']);
    expect(await seen(stage.world.team.teamId)).toEqual(['ours', 'start', 'test']);
    expect(await ask({ personId: erin?.personId ?? '' })).toEqual([]);
    expect(await actionsOf({ teamId, about: sessionId })).toEqual(['start']);
  });

  it('of a gift shows each team what its own had, and a refused one to the giver’s alone', async () => {
    const { store, actorOf } = stage.world;
    const site = { ...other, people: other.people.slice(0, 1) };
    const [, second] = (await store.setUp({ teams: [lab, site], hosts })).teams;
    const [from, to] = [await accountOf('carol'), await accountOf('erin')];
    await accepted(act(stage.world, grant, { accountId: from, amount: 7n, reason: 'first' }));
    const giving = as(stage.world, await actorOf('carol'));
    const gift = { fromAccountId: from, toAccountId: to, reason: 'a gift' };
    await accepted(giving(give, { ...gift, amount: 5n }));
    await refused(giving(give, { ...gift, amount: 5n }));
    const asTheirs = await ask({ teamId: second?.teamId ?? '' });
    expect(asTheirs.map(({ facts }) => facts.accounts)).toEqual([
      [{ name: 'erin', posted: 0n, held: 0n }],
    ]);
    const asOurs = (await ask()).filter(({ action }) => action === 'give');
    expect(asOurs.map(({ outcome, facts }) => [outcome.kind, facts.accounts])).toEqual([
      ['refused', [{ name: 'carol', posted: 2n, held: 0n }]],
      ['accepted', [{ name: 'carol', posted: 7n, held: 0n }]],
    ]);
  });

  it('shows what somebody did who has left since', async () => {
    await accepted(askStart(stage.world, 'carol'));
    const people = lab.people.filter(({ name }) => name !== 'carol');
    await stage.world.store.setUp({ teams: [{ ...lab, people }], hosts });
    const carol = await stage.world.store.personNamed('CAROL');
    expect(carol?.name).toBe('carol');
    expect(await actionsOf({ personId: carol?.personId ?? '' })).toEqual(['start']);
  });

  it('shows no way into a session, no token of a claim and no code', async () => {
    const { world, database } = stage;
    const sessionId = await sessionIn(world, 'starting');
    const url = 'http://gpu-1/way-in/?token=secret-of-the-container';
    const ready = { ...plainStart, sessionId, token: claimOf, containerId: 'container-of-it', url };
    await accepted(act(world, reportReady, ready));
    await accepted(act(world, stop, { sessionId }));
    await accepted(act(world, claim, { sessionId, step: 'stop' as const, token: claimOf }));
    const code = /link (\S{9})/.exec(
      (await createSpeaking(world)('console:bob', 'link')).text,
    )?.[1];
    const [session] = await database.db.select().from(sessions);
    const shown = JSON.stringify([await ask(), await ask({ about: sessionId })], (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(shown).toContain('report_ready');
    const secrets = [session?.token, claimOf, 'way-in', 'secret-of', code, 'codeHash', 'token'];
    expect(secrets.filter((secret) => secret === undefined || shown.includes(secret))).toEqual([]);
  });
});
