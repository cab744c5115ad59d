import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ticksPerCredit } from '../../core/money.ts';
import type { Database } from '../../db/database.ts';
import { databaseKinds } from '../support/databases.ts';
import { accepted, askStart, createWorld, refused, type World } from '../support/world.ts';

describe.each(Object.entries(databaseKinds))('start on %s', (_kind, open) => {
  let database: Database;
  let world: World;
  beforeAll(async () => {
    database = await open();
    world = await createWorld(database);
  });
  afterAll(() => database.close());

  it('holds the whole lease and gives it a device', async () => {
    const { sessionId, hostId } = await accepted(askStart(world, 'bob'));
    expect(hostId).toBe(world.hosts[0]?.hostId);
    const view = await world.store.sessionById(sessionId);
    expect(view).toMatchObject({ state: 'requested', held: 10n * ticksPerCredit, host: 'gpu-1' });
    expect(view?.devices.map(({ uuid }) => uuid)).toEqual(['GPU-gpu-1-0']);
    const { account } = await world.store.balanceOf(world.team.accountId);
    expect(account).toMatchObject({ posted: 500n * ticksPerCredit, held: 10n * ticksPerCredit });
  });

  it('answers the same key the same again, and refuses it with another input', async () => {
    const first = await accepted(askStart(world, 'carol', { requestKey: 'trigger-1' }));
    const again = await accepted(askStart(world, 'carol', { requestKey: 'trigger-1' }));
    expect(again).toEqual(first);
    const other = askStart(world, 'carol', { requestKey: 'trigger-1', leaseSeconds: 7200 });
    expect(await refused(other)).toEqual({ kind: 'request_key_reused', requestKey: 'trigger-1' });
  });

  it('puts the next in line when no device is free, and refuses instead with now', async () => {
    const waiting = await accepted(askStart(world, 'bob'));
    expect(waiting.hostId).toBeNull();
    const refusal = await refused(askStart(world, 'bob', { now: true }));
    expect(refusal).toMatchObject({ kind: 'none_free', deviceType: 'a100' });
  });

  it('says how much is missing and how long the rest would reach', async () => {
    const refusal = await refused(askStart(world, 'bob', { deviceCount: 2, leaseSeconds: 86_400 }));
    expect(refusal).toEqual({
      kind: 'short_balance',
      account: 'lab',
      needed: 480n * ticksPerCredit,
      available: 470n * ticksPerCredit,
      reachesSeconds: 84_600,
    });
  });
});
