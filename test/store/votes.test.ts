import { beforeEach, expect, it } from 'vitest';
import { approvalPolicy, createAsking, credits, withSecondApprover } from '../support/asking.ts';
import { onEachDatabase } from '../support/stage.ts';
import { lab, refused } from '../support/world.ts';

onEachDatabase('a vote on a request', { credits: 10, policy: approvalPolicy }, (stage) => {
  const { asked, cast, voted, takenBack, viewOf, available, toldTo } = createAsking(stage);
  beforeEach(() => withSecondApprover(stage));

  it('above the quorum needs two different approvers', async () => {
    const id = await asked('bob', 101);
    expect(await viewOf(id)).toMatchObject({ approvalsNeeded: 2 });
    expect(await voted('alice', id)).toBe('counted');
    expect(await voted('alice', id)).toBe('counted');
    expect(await viewOf(id)).toMatchObject({ state: 'pending', approvals: [{ name: 'alice' }] });
    expect(await available()).toBe(credits(10));
    expect(await voted('dora', id)).toBe('approved');
    const { approvals } = await viewOf(id);
    expect(approvals.map(({ name }) => name)).toEqual(['alice', 'dora']);
    expect(await available()).toBe(credits(111));
  });

  it('of exactly the quorum’s amount needs one', async () => {
    expect(await viewOf(await asked('bob', 100))).toMatchObject({ approvalsNeeded: 1 });
  });

  it('loses a vote that is taken back within the minute, and has not decided', async () => {
    const id = await asked('bob', 101);
    await voted('alice', id);
    await stage.world.clock.advance(60_000);
    expect(await takenBack('alice', id)).toBe('taken_back');
    expect(await viewOf(id)).toMatchObject({ approvals: [] });
    expect(await voted('dora', id)).toBe('counted');
    expect(await toldTo('alice')).toEqual([]);
  });

  it('keeps a vote that is taken back later, and says so', async () => {
    const id = await asked('bob', 101);
    await voted('alice', id);
    await stage.world.clock.advance(60_001);
    expect(await takenBack('alice', id)).toBe('too_late');
    expect(await toldTo('alice')).toEqual(['vote_too_late']);
    expect(await voted('dora', id)).toBe('approved');
  });

  it('stays granted when the reaction is taken back, and says so', async () => {
    const id = await asked('bob', 50);
    await voted('alice', id);
    expect(await takenBack('alice', id)).toBe('too_late');
    expect(await toldTo('alice')).toEqual(['vote_too_late']);
    expect(await viewOf(id)).toMatchObject({ state: 'approved' });
    expect(await available()).toBe(credits(60));
  });

  it('stays denied when the reaction is taken back', async () => {
    const id = await asked('bob', 50);
    await voted('alice', id, { vote: 'deny' });
    expect(await takenBack('alice', id, 'deny')).toBe('too_late');
    expect(await viewOf(id)).toMatchObject({ state: 'denied' });
  });

  it('is nothing to take back for somebody who did not vote', async () => {
    const id = await asked('bob', 50);
    expect(await takenBack('carol', id)).toBe('nothing_to_take_back');
    await voted('alice', id);
    expect(await takenBack('dora', id)).toBe('nothing_to_take_back');
    expect(await toldTo('dora')).toEqual([]);
  });

  it('of another approver after the decision changes nothing, and says so once', async () => {
    const id = await asked('bob', 50);
    await voted('alice', id);
    for (const vote of ['approve', 'deny', 'approve'] as const)
      expect(await voted('dora', id, { vote })).toBe('ignored');
    expect(await toldTo('dora')).toEqual(['vote_too_late']);
    expect(await viewOf(id)).toMatchObject({ state: 'approved', decider: 'alice' });
    expect(await refused(cast('dora', id, { by: 'command' }))).toEqual({
      kind: 'request_decided',
      state: 'approved',
    });
    expect(await toldTo('bob')).toEqual(['request_decided']);
  });

  it('that is cast again after the decision is no news, by whichever way', async () => {
    const [granted, denied] = [await asked('bob', 50), await asked('bob', 50)];
    await voted('alice', granted);
    await voted('alice', denied, { vote: 'deny', by: 'command' });
    for (const by of ['reaction', 'command'] as const) {
      expect(await voted('alice', granted, { by })).toBe('ignored');
      expect(await voted('alice', denied, { vote: 'deny', by })).toBe('ignored');
    }
    expect(await toldTo('alice')).toEqual([]);
  });

  it('the other way round after one’s own decision is too late', async () => {
    const [granted, denied] = [await asked('bob', 50), await asked('bob', 50)];
    await voted('alice', granted);
    await voted('alice', denied, { vote: 'deny', by: 'command' });
    expect(await voted('alice', granted, { vote: 'deny' })).toBe('ignored');
    expect(await voted('alice', denied)).toBe('ignored');
    expect(await toldTo('alice')).toEqual(['vote_too_late', 'vote_too_late']);
    const opposite = cast('alice', denied, { by: 'command' });
    expect(await refused(opposite)).toEqual({ kind: 'request_decided', state: 'denied' });
  });

  it('against it by a command, or with a reason, asks for none', async () => {
    const [plain, explained] = [await asked('bob', 50), await asked('bob', 50)];
    await voted('alice', plain, { vote: 'deny', by: 'command' });
    await voted('alice', explained, { vote: 'deny', reason: 'the cluster is full' });
    expect(await toldTo('alice')).toEqual([]);
    expect(await viewOf(plain)).toMatchObject({ state: 'denied', decisionReason: null });
    expect(await toldTo('bob')).toEqual(['request_decided', 'request_decided']);
  });

  it('against it is explained by whoever denied it, and by nobody else', async () => {
    const id = await asked('bob', 50);
    const why = { vote: 'deny', reason: 'the cluster is full' } as const;
    await voted('alice', id, { vote: 'deny' });
    expect(await voted('dora', id, why)).toBe('ignored');
    expect(await voted('alice', id, { ...why, vote: 'approve' })).toBe('ignored');
    expect(await viewOf(id)).toMatchObject({ decisionReason: null });
    expect(await voted('alice', id, why)).toBe('explained');
    expect(await viewOf(id)).toMatchObject({ decisionReason: why.reason });
  });

  it('counts no more once its approver is none any more', async () => {
    const { world } = stage;
    const hosts = [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }];
    const id = await asked('bob', 101);
    await voted('alice', id);
    const [alice, ...others] = lab.people;
    if (!alice) throw new Error('the lab has people');
    const approvers = ['dora', 'erin'].map((name) => {
      return { ...alice, name, identities: [{ platform: 'console' as const, externalId: name }] };
    });
    const people = [{ ...alice, roles: [] }, ...others, ...approvers];
    await world.store.setUp({ teams: [{ ...lab, people }], hosts });
    expect(await voted('dora', id)).toBe('counted');
    expect(await viewOf(id)).toMatchObject({ state: 'pending', approvals: [{ name: 'dora' }] });
    expect(await voted('erin', id)).toBe('approved');
    expect(await available()).toBe(credits(111));
    expect(await world.store.checkBook()).toEqual([]);
  });
});
