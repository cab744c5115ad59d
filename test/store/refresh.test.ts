import { expect, it } from 'vitest';
import { stop } from '../../core/actions/stop.ts';
import { notices } from '../../db/schema/events.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { noonPlus } from '../support/facts.ts';
import { act, onEachDatabase, sessionIn } from '../support/stage.ts';
import { accepted } from '../support/world.ts';

const hosts = { 'gpu-1': ['a100-80gb', 'a100-80gb'], 'gpu-2': ['t4', 't4'] };

onEachDatabase('the messages of a host’s sessions', { hosts }, (stage) => {
  const hostId = (name: string) =>
    stage.world.hosts.find((host) => host.name === name)?.hostId ?? '';
  const shownAt = (seconds: number) =>
    stage.database.db.update(sessions).set({ shownAt: noonPlus(seconds) });
  /** Which messages are to be shown anew. */
  async function refreshed(host = 'gpu-1'): Promise<(string | null)[]> {
    await stage.database.db.delete(notices);
    await stage.world.store.refreshMessages(hostId(host));
    const due = await stage.database.db.select().from(notices);
    expect(due.every(({ kind }) => kind === 'session_changed')).toBe(true);
    return due.map(({ sessionId }) => sessionId).sort();
  }

  it('are shown anew where they run, and on that host alone', async () => {
    const { world } = stage;
    const running = await sessionIn(world, 'running');
    await sessionIn(world, 'starting');
    const other = await sessionIn(world, 'running', { deviceType: 't4' });
    expect(await refreshed()).toEqual([running]);
    expect(await refreshed('gpu-2')).toEqual([other]);
    await accepted(act(world, stop, { sessionId: running }));
    expect(await refreshed()).toEqual([]);
  });

  it('are shown the more seldom the more there are, on all hosts together', async () => {
    const { world } = stage;
    const first = await sessionIn(world, 'running');
    await shownAt(0);
    await world.clock.advance(1499);
    expect(await refreshed()).toEqual([]);
    await world.clock.advance(1);
    expect(await refreshed()).toEqual([first]);
    await sessionIn(world, 'running', { deviceType: 't4' });
    await shownAt(0);
    expect(await refreshed()).toEqual([]);
    await world.clock.advance(1500);
    expect(await refreshed()).toEqual([first]);
  });

  it('are shown once for two looks, as long as that is owed', async () => {
    const running = await sessionIn(stage.world, 'running');
    expect(await refreshed()).toEqual([running]);
    await stage.world.store.refreshMessages(hostId('gpu-1'));
    expect(await stage.database.db.$count(notices)).toBe(1);
  });
});
