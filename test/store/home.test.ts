import { expect, it } from 'vitest';
import { plainText } from '../../bot/render/words.ts';
import { grant } from '../../core/actions/grant.ts';
import type { Message, MessageAction } from '../../core/message.ts';
import { approvalPolicy, createAsking, credits, withSecondApprover } from '../support/asking.ts';
import { commandsOf } from '../support/speaking.ts';
import { act, onEachDatabase, type Stage, sessionIn, viewOf } from '../support/stage.ts';
import { accepted, askStart } from '../support/world.ts';

const asker = (externalId: string) => {
  return { platform: 'console', externalId, channel: 'lab' } as const;
};
const homeOf = ({ world }: Stage, name: string) => commandsOf(world).home(asker(name));
const actionsOf = ({ parts }: Message): MessageAction[] =>
  parts.flatMap((part) => (part.kind === 'actions' ? part.actions : []));
const buttonsOf = (message: Message) =>
  Object.fromEntries(actionsOf(message).map(({ label, command }) => [label, command]));

/** The part of a page under a heading, as plain lines. */
function sectionOf(message: Message, heading: string): string {
  const [, ...sections] = plainText(message).split('\n\n');
  const [first] = plainText(message).trimStart().split('\n\n');
  return [first, ...sections].find((section) => section?.startsWith(heading)) ?? '';
}

onEachDatabase('the home of a person', { policy: approvalPolicy }, (stage) => {
  it('without a session offers to start one', async () => {
    const page = await homeOf(stage, 'bob');
    expect(sectionOf(page, 'My sessions')).toContain('You have no session');
    expect(buttonsOf(page)).toEqual({ 'Start a session': 'start' });
    expect(sectionOf(page, 'Help')).toContain('/gpu help');
  });

  it('has each of their sessions with its buttons, and nobody else’s', async () => {
    const { name } = await viewOf(stage.world, await sessionIn(stage.world, 'running'));
    const page = await homeOf(stage, 'bob');
    const mine = sectionOf(page, 'My sessions');
    for (const fact of [name, '@bob · a100-80gb on gpu-1 (GPU 0) · pytorch', 'Held: 10 credits'])
      expect(mine).toContain(fact);
    expect(mine).toContain('Ready until: 2026-03-02 13:00 UTC');
    expect(buttonsOf(page)).toEqual({
      Open: `open ${name}`,
      'nvidia-smi': `status ${name}`,
      'Extend +1 h': `extend ${name} 1h`,
      Stop: `stop ${name}`,
      'Start a session': 'start',
    });
    expect(sectionOf(await homeOf(stage, 'carol'), 'My sessions')).not.toContain(name);
  });

  it('says of one in line where it stands and when it may start', async () => {
    const { world } = stage;
    await sessionIn(world, 'running', { deviceCount: 2 });
    await accepted(askStart(world, 'alice'));
    const { sessionId } = await accepted(askStart(world, 'carol'));
    const { name } = await viewOf(world, sessionId);
    const page = await homeOf(stage, 'carol');
    expect(sectionOf(page, 'My sessions')).toContain('Number 2 in line');
    expect(sectionOf(page, 'My sessions')).toContain('about 2026-03-02 13:00 UTC');
    expect(buttonsOf(page)).toHaveProperty('Leave the line', `stop ${name}`);
  });

  it('has the balance of the team, and one’s own where there is any', async () => {
    const { world } = stage;
    await sessionIn(world, 'running');
    const before = sectionOf(await homeOf(stage, 'bob'), 'Balance of lab');
    expect(before).toContain('Available: 490 credits');
    expect(before).toContain('Held: 10 credits');
    expect(before).not.toContain('Your own');
    const payees = await world.store.payees();
    const accountId = payees.find(({ name }) => name === 'bob')?.accountId ?? '';
    await accepted(act(world, grant, { accountId, amount: credits(7), reason: 'own' }));
    const after = sectionOf(await homeOf(stage, 'bob'), 'Balance of lab');
    expect(after).toContain('Your own: 7 credits available');
    expect(sectionOf(await homeOf(stage, 'carol'), 'Balance of lab')).not.toContain('Your own');
  });

  it('has the board: what is free at which price, who has what until when, and who waits', async () => {
    const { world } = stage;
    const { name } = await viewOf(world, await sessionIn(world, 'running'));
    await accepted(askStart(world, 'alice', { deviceCount: 2 }));
    const board = sectionOf(await homeOf(stage, 'carol'), 'Devices');
    expect(board).toMatch(/a100-80gb +1 of 2 +10/);
    expect(board).toContain(`gpu-1 GPU 0: bob, ${name}, until 2026-03-02 13:00 UTC`);
    expect(board).toContain('Number 1 in line: alice, 2 × a100');
  });

  it('has one’s own requests to withdraw, and for approvers those of others to decide', async () => {
    await withSecondApprover(stage);
    const { asked } = createAsking(stage);
    await asked('bob', 20);
    await asked('alice', 30);
    const [bobs, alices, carols] = await Promise.all(
      ['bob', 'alice', 'carol'].map((name) => homeOf(stage, name)),
    );
    expect(buttonsOf(bobs as Message)).toMatchObject({ Withdraw: 'withdraw 1' });
    expect(buttonsOf(bobs as Message)).not.toHaveProperty('Approve');
    expect(actionsOf(alices as Message).map(({ command }) => command)).toEqual([
      'start',
      'withdraw 2',
      'approve 1',
      'deny 1',
    ]);
    const decided = sectionOf(alices as Message, 'Requests');
    expect(decided).toContain('@bob asks for 20 credits for lab');
    expect(decided).toContain('“ablation for the paper”');
    expect(sectionOf(carols as Message, 'Requests')).toBe('');
  });

  it('asks an approver no more for what they agreed to, and still asks the other', async () => {
    await withSecondApprover(stage);
    const { asked, voted } = createAsking(stage);
    expect(await voted('alice', await asked('bob', 200))).toBe('counted');
    expect(sectionOf(await homeOf(stage, 'alice'), 'Requests')).toBe('');
    const doras = await homeOf(stage, 'dora');
    expect(sectionOf(doras, 'Requests')).toContain('alice did; 1 more to go');
    expect(buttonsOf(doras)).toMatchObject({ Approve: 'approve 1', Deny: 'deny 1' });
  });

  it('has buttons whose commands are understood and done', async () => {
    const { world } = stage;
    await sessionIn(world, 'running');
    await createAsking(stage).asked('bob', 20);
    const actions = actionsOf(await homeOf(stage, 'bob'));
    const said = { ...asker('bob'), standing: 'member' } as const;
    for (const { label, command } of actions.filter((action) => action.command !== 'start')) {
      const reply = await commandsOf(world).handle({ ...said, text: command, requestKey: command });
      expect([label, reply.ok]).toEqual([label, true]);
    }
    expect(actions).toHaveLength(6);
  });

  it('is not for whom nobody knows', async () => {
    await sessionIn(stage.world, 'running');
    const page = await homeOf(stage, 'mallory');
    expect(plainText(page)).toMatch(/^I do not know you here yet \(console mallory\)/);
    expect(page.parts).toHaveLength(1);
  });

  it('has no token and no link, not even for the holder', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    const { token } = (await world.store.containerSpec(sessionId)) ?? {};
    expect(token).toMatch(/.{20}/);
    for (const name of ['bob', 'alice']) {
      const page = JSON.stringify(await homeOf(stage, name));
      expect(page).not.toContain(token);
      expect(page).not.toMatch(/https?:|"link"/);
    }
  });
});

const types = (count: number) => Array.from({ length: count }, () => 'a100-80gb');
const large = {
  hosts: Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`gpu-${at + 1}`, types(8)])),
  credits: 100_000,
  policy: { queueLimit: 300 },
};

onEachDatabase('the home at a site of 64 devices with 200 in line', large, (stage) => {
  it('says the first of each, and how many more there are', async () => {
    const { world } = stage;
    for (let at = 0; at < 8; at += 1) await sessionIn(world, 'running', { deviceCount: 8 });
    for (let at = 0; at < 200; at += 1)
      await accepted(askStart(world, 'carol', { leaseSeconds: 300 }));
    const bobs = await homeOf(stage, 'bob');
    expect(sectionOf(bobs, 'My sessions')).toContain('And 3 more: /gpu list.');
    expect(sectionOf(bobs, 'Devices')).toContain('And 54 more in use: /gpu list.');
    expect(sectionOf(bobs, 'Devices')).toContain('And 195 more in line: /gpu list.');
    const carols = await homeOf(stage, 'carol');
    expect(sectionOf(carols, 'My sessions')).toContain('And 195 more: /gpu list.');
    for (const page of [bobs, carols]) {
      expect(plainText(page).length).toBeLessThan(5000);
      expect(page.parts.length).toBeLessThan(50);
    }
  });
});
