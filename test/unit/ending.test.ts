import { expect, test } from 'vitest';
import type { Change } from '../../core/change.ts';
import { endReasonNames, endReasons } from '../../core/end-reason.ts';
import { endSession } from '../../core/ending.ts';
import { noonPlus, sessionFacts } from '../support/facts.ts';

function only<K extends Change['kind']>(changes: readonly Change[], kind: K) {
  return changes.filter((change) => change.kind === kind) as Extract<Change, { kind: K }>[];
}

const noMove = { reason: 'stopped_by_owner', at: noonPlus(600), now: noonPlus(600) } as const;

test('a running session is charged for its ready seconds and keeps its devices until it is gone', () => {
  const changes = endSession(sessionFacts(), noMove);
  expect(only(changes, 'settle_hold')).toMatchObject([{ held: 36_000_000n, charge: 6_000_000n }]);
  expect(only(changes, 'move_session')).toMatchObject([{ from: 'running', to: 'stopping' }]);
  expect(only(changes, 'free_devices')).toEqual([]);
  expect(only(changes, 'move_lease')).toEqual([]);
  expect(only(changes, 'update_session')).toMatchObject([
    { set: { readySince: null, readyMillis: 600_000 } },
  ]);
});

test('a session that was never claimed ends at once, and its devices are free', () => {
  const facts = sessionFacts({ state: 'requested', readySince: null }, { until: null });
  const changes = endSession(facts, noMove);
  expect(only(changes, 'move_session')).toMatchObject([{ from: 'requested', to: 'ended' }]);
  expect(only(changes, 'free_devices')).toHaveLength(1);
  expect(only(changes, 'move_lease')).toMatchObject([{ from: 'active', to: 'ended' }]);
  expect(only(changes, 'release_hold')).toMatchObject([{ held: 36_000_000n }]);
});

test('one that still waits in line leaves it', () => {
  const facts = sessionFacts(
    { state: 'requested', readySince: null, hostId: null },
    { state: 'queued', activeAt: null, until: null },
  );
  expect(only(endSession(facts, noMove), 'move_lease')).toMatchObject([
    { from: 'queued', to: 'ended', set: { endReason: 'stopped_by_owner', endedAt: noonPlus(600) } },
  ]);
});

test.each(endReasonNames)('%s is billed, and told of, as its row in the table says', (reason) => {
  const changes = endSession(sessionFacts(), { reason, at: noonPlus(600), now: noonPlus(601) });
  const { billed, told } = endReasons[reason];
  expect(only(changes, 'settle_hold')).toHaveLength(billed === 'ready' ? 1 : 0);
  expect(only(changes, 'release_hold')).toHaveLength(billed === 'ready' ? 0 : 1);
  expect(only(changes, 'notify').map(({ notice }) => notice)).toEqual(
    told === 'holder' ? ['session_changed', 'session_ended'] : ['session_changed'],
  );
});

test('less than a second of use costs nothing, and the hold is released', () => {
  const changes = endSession(sessionFacts(), { ...noMove, at: noonPlus(0.999) });
  expect(only(changes, 'settle_hold')).toEqual([]);
  expect(only(changes, 'release_hold')).toHaveLength(1);
});

test('the whole lease costs the whole hold and not a tick more', () => {
  const changes = endSession(sessionFacts(), { ...noMove, at: noonPlus(7200) });
  expect(only(changes, 'settle_hold')).toMatchObject([{ charge: 36_000_000n }]);
});

test.each(['stopping', 'ended'] as const)('what is %s does not end again', (state) => {
  expect(() => endSession(sessionFacts({ state }), noMove)).toThrow('a session ends once');
});
