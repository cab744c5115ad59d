import { eq, sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { expire } from '../../core/actions/expire.ts';
import { extend } from '../../core/actions/extend.ts';
import { stop } from '../../core/actions/stop.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { accounts } from '../../db/schema/ledger.ts';
import { holds } from '../../db/schema/sessions.ts';
import { act, onEachDatabase, sessionIn } from '../support/stage.ts';
import { accepted } from '../support/world.ts';

onEachDatabase('the book', {}, (stage) => {
  const team = eq(accounts.kind, 'team');

  it('adds up after a life of sessions', async () => {
    const { world } = stage;
    const stopped = await sessionIn(world, 'running');
    await accepted(act(world, extend, { sessionId: stopped, addedSeconds: 600 }));
    const expired = await sessionIn(world, 'running', { leaseSeconds: 300 });
    await sessionIn(world, 'requested');
    await world.clock.advance(301_000);
    await accepted(act(world, stop, { sessionId: stopped }));
    await accepted(act(world, expire, { sessionId: expired }));
    expect(await world.store.checkBook()).toEqual([]);
    const rows = await stage.database.db.select().from(accounts);
    expect(rows.reduce((sum, { posted }) => sum + posted, 0n)).toBe(0n);
    const spent = rows.find(({ kind }) => kind === 'spent');
    expect(spent?.posted).toBe(3_010_000n + 3_000_000n);
  });

  it('shows credits that no transfer accounts for', async () => {
    const { world, database } = stage;
    await database.db.update(accounts).set({ posted: sql`posted + 1` }).where(team);
    const posted = 500n * ticksPerCredit;
    expect(await world.store.checkBook()).toEqual([
      { account: 'all', figure: 'sum of the book', recorded: 1n, recomputed: 0n },
      { account: 'lab', figure: 'posted', recorded: posted + 1n, recomputed: posted },
    ]);
  });

  it('shows credits that went astray between two accounts', async () => {
    const { world, database } = stage;
    await database.db.update(accounts).set({ posted: sql`posted - 7` }).where(team);
    const bob = eq(accounts.name, 'bob');
    await database.db.update(accounts).set({ posted: sql`posted + 7` }).where(bob);
    const found = await world.store.checkBook();
    expect(found.map(({ of, figure }) => `${of} ${figure}`).sort()).toEqual([
      'bob posted',
      'lab posted',
    ]);
  });

  it('shows a hold that was closed and still weighs', async () => {
    const { world, database } = stage;
    await sessionIn(world, 'requested');
    await database.db.update(holds).set({ state: 'released' });
    const held = 10n * ticksPerCredit;
    expect(await world.store.checkBook()).toEqual([
      { account: 'lab', figure: 'held', recorded: held, recomputed: 0n },
    ]);
  });
});
