import { describe, expect, it } from 'vitest';
import { claim } from '../../core/actions/claim.ts';
import { reportStopped } from '../../core/actions/report.ts';
import { stop } from '../../core/actions/stop.ts';
import { ticksPerCredit } from '../../core/money.ts';
import {
  accountOf,
  act,
  as,
  claimOf,
  onEachDatabase,
  sessionIn,
  viewOf,
} from '../support/stage.ts';
import { accepted, lab, noon, refused } from '../support/world.ts';

const states = ['requested', 'starting', 'running'] as const;

onEachDatabase('stop', {}, (stage) => {
  const stopAs = async (name: string, sessionId: string) =>
    as(stage.world, await stage.world.actorOf(name))(stop, { sessionId });

  describe.each(states)('of a session that is %s', (state) => {
    it('is for its holder, who gets back what was not used', async () => {
      const { world } = stage;
      const sessionId = await sessionIn(world, state);
      await accepted(stopAs('bob', sessionId));
      const view = await viewOf(world, sessionId);
      expect(view.state).toBe(state === 'requested' ? 'ended' : 'stopping');
      expect(view).toMatchObject({ endReason: 'stopped_by_owner', held: 0n, charged: null });
      expect(await accountOf(world)).toEqual({ posted: 500n * ticksPerCredit, held: 0n });
      expect(await world.store.checkBook()).toEqual([]);
    });

    it('is for an admin of the team, and says so', async () => {
      const sessionId = await sessionIn(stage.world, state);
      await accepted(stopAs('alice', sessionId));
      expect(await viewOf(stage.world, sessionId)).toMatchObject({ endReason: 'stopped_by_admin' });
    });

    it('is for nobody else, not even an admin of another team', async () => {
      const { world } = stage;
      const identities = [{ platform: 'console' as const, externalId: 'mallory' }];
      const people = [{ name: 'mallory', roles: ['admin' as const], identities }];
      const hosts = [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }];
      const others = { name: 'other', zone: 'UTC', channels: [], people };
      await world.store.setUp({ teams: [lab, others], hosts });
      const sessionId = await sessionIn(world, state);
      const before = await viewOf(world, sessionId);
      for (const name of ['carol', 'mallory'])
        expect(await refused(stopAs(name, sessionId))).toEqual({
          kind: 'not_allowed',
          needs: 'holder or admin',
          holder: 'bob',
        });
      expect(await viewOf(world, sessionId)).toEqual(before);
    });
  });

  it('charges a running session by the second, once', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await world.clock.advance(90_500);
    await accepted(stopAs('bob', sessionId));
    expect(await accountOf(world)).toEqual({ posted: 500n * ticksPerCredit - 900_000n, held: 0n });
    const view = await viewOf(world, sessionId);
    expect(view).toMatchObject({ charged: 900_000n, readyMillis: 90_500, readySince: null });
    const over = { kind: 'session_over', name: view.name, state: 'stopping' };
    expect(await refused(stopAs('bob', sessionId))).toEqual(over);
    expect(await world.store.checkBook()).toEqual([]);
  });

  it('keeps the devices until the container is gone', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'running');
    await accepted(stopAs('bob', sessionId));
    const taken = async () =>
      (await world.store.fleet()).hosts.flatMap(({ devices }) =>
        devices.filter(({ leaseId }) => leaseId !== null),
      );
    expect(await taken()).toHaveLength(1);
    await accepted(act(world, claim, { sessionId, step: 'stop' as const, token: claimOf }));
    await world.clock.advance(2000);
    await accepted(act(world, reportStopped, { sessionId, token: claimOf }));
    expect(await taken()).toEqual([]);
    const view = await viewOf(world, sessionId);
    expect(view).toMatchObject({ state: 'ended', endedAt: new Date(noon.getTime() + 2000) });
    const over = { kind: 'session_over', name: view.name, state: 'ended' };
    expect(await refused(stopAs('bob', sessionId))).toEqual(over);
  });
});
