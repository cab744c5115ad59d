import { expect, it } from 'vitest';
import { claim } from '../../core/actions/claim.ts';
import { reportStopped } from '../../core/actions/report.ts';
import { stop } from '../../core/actions/stop.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { noonPlus } from '../support/facts.ts';
import { act, claimOf, onEachDatabase, sessionIn, viewOf } from '../support/stage.ts';
import { accepted, askStart, noon, type World } from '../support/world.ts';

async function end(world: World, sessionId: string) {
  await accepted(act(world, stop, { sessionId }));
  await accepted(act(world, claim, { sessionId, step: 'stop' as const, token: claimOf }));
  await accepted(act(world, reportStopped, { sessionId, token: claimOf }));
}

const fleet = { 'gpu-1': ['a100-80gb', 'a100-80gb'], 'gpu-2': ['t4'] };

onEachDatabase('what is shown', { hosts: fleet }, (stage) => {
  it('of a session are its people, its devices, its money and its times', async () => {
    const sessionId = await sessionIn(stage.world, 'running', { deviceCount: 2 });
    expect(await viewOf(stage.world, sessionId)).toMatchObject({
      holder: { name: 'bob' },
      team: { name: 'lab', zone: 'UTC' },
      account: 'lab',
      host: 'gpu-1',
      image: 'pytorch',
      devices: [{ uuid: 'GPU-gpu-1-0' }, { uuid: 'GPU-gpu-1-1' }],
      held: 20n * ticksPerCredit,
      charged: null,
      requestedAt: noon,
      readySince: noon,
      until: noonPlus(3600),
      endedAt: null,
    });
  });

  it('on the board is who has which device until when, and who waits', async () => {
    const { world } = stage;
    const running = await viewOf(world, await sessionIn(world, 'running', { deviceType: 't4' }));
    await world.clock.advance(1000);
    const line = [];
    for (const name of ['carol', 'bob']) {
      line.push((await accepted(askStart(world, name, { deviceType: 't4' }))).sessionId);
      await world.clock.advance(1000);
    }
    const board = await world.store.board();
    const seen = board.hosts.map(({ name, devices }) => [name, ...devices.map((d) => d.session)]);
    const session = { name: running.name, holder: 'bob', state: 'running', until: noonPlus(3600) };
    expect(seen).toEqual([
      ['gpu-1', null, null],
      ['gpu-2', session],
    ]);
    expect(board.queue.map(({ id }) => id)).toEqual(line);
  });

  it('of the living is each one’s own, or the team’s', async () => {
    const { world } = stage;
    const bobs = await sessionIn(world, 'running');
    await world.clock.advance(1000);
    const { sessionId: carols } = await accepted(askStart(world, 'carol'));
    const { personId } = await world.actorOf('carol');
    const { teamId } = world.team;
    const ids = async (of: { personId?: string; teamId?: string }) =>
      (await world.store.livingSessions(of)).map(({ id }) => id);
    expect(await ids({ personId })).toEqual([carols]);
    expect(await ids({ teamId })).toEqual([bobs, carols]);
    await end(world, bobs);
    expect(await ids({ teamId })).toEqual([carols]);
  });

  it('by name is the living session, else the one asked for last', async () => {
    const { world, database } = stage;
    const first = await sessionIn(world, 'running');
    await end(world, first);
    await world.clock.advance(1000);
    const second = await sessionIn(world, 'running');
    await database.db.update(sessions).set({ name: 'brave-otter' });
    const named = async () => (await world.store.sessionByName('brave-otter'))?.id;
    expect(await named()).toBe(second);
    await end(world, second);
    expect(await named()).toBe(second);
    expect(await world.store.sessionByName('no-such')).toBeNull();
  });

  it('of the balance is what each session holds', async () => {
    const { world } = stage;
    const first = await viewOf(world, await sessionIn(world, 'running'));
    await world.clock.advance(1000);
    const second = await viewOf(world, await sessionIn(world, 'requested', { deviceType: 't4' }));
    const { account, holds } = await world.store.balanceOf(world.team.accountId);
    expect(holds.map(({ session }) => session)).toEqual([first.name, second.name]);
    expect(holds.reduce((sum, { amount }) => sum + amount, 0n)).toBe(account.held);
  });

  it('keeps where the session’s message was posted', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'requested');
    const ref = { channel: 'C1', message: '17.42' };
    await world.store.noteMessageRef(sessionId, ref);
    expect(await viewOf(world, sessionId)).toMatchObject({ messageRef: ref });
  });
});
