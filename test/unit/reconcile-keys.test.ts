import { expect, test } from 'vitest';
import type { Session } from '../../core/entity.ts';
import type { ObservedContainer } from '../../core/ports.ts';
import { plan, type Sighting } from '../../core/reconcile.ts';
import { aContainer, aLease, aSession, noonPlus } from '../support/facts.ts';
import { testPolicy } from '../support/world.ts';

const ssh = { host: 'gpu-1', port: 32_022 };
const admit = { kind: 'admit_keys', sessionId: 'session-1' };
const [old, added] = ['key-1', 'key-2'];

/** One look at noon plus 30 seconds: the session was told some keys, and its holder has others. */
function planFor(
  told: Session['keyIds'],
  keyIds: readonly string[],
  facts: { session?: Partial<Session>; container?: Partial<ObservedContainer> } & {
    sighting?: Partial<Sighting>;
  } = {},
) {
  const session = aSession({ ssh, keyIds: told, ...facts.session });
  const record = { session, lease: aLease(), keyIds };
  const observed = [aContainer({ ssh, ...facts.container })];
  const look = { before: [record], after: [record], seenAt: noonPlus(10), now: noonPlus(30) };
  return plan({ ...look, observed, ...facts.sighting }, testPolicy);
}

test('a session that was told its holder’s keys is left alone', () => {
  expect(planFor([old], [old])).toEqual([]);
  expect(planFor([], [])).toEqual([]);
});

test.each<[string, Session['keyIds'], readonly string[]]>([
  ['one was added', [old], [old, added]],
  ['the first one was added', [], [old]],
  ['one was removed', [old, added], [added]],
  ['the last one was removed', [old], []],
  ['one took the place of another', [old], [added]],
  ['nobody knows what it was told', null, [old]],
  ['nobody knows what it was told, and there is none', null, []],
])('a session is told its holder’s keys when %s', (_, told, keyIds) => {
  expect(planFor(told, keyIds)).toEqual([admit]);
});

test('one without an SSH server is told nothing', () => {
  expect(planFor([old], [added], { session: { ssh: null }, container: { ssh: null } })).toEqual([]);
});

test('one that somebody has claimed is told nothing until the claim lapses', () => {
  const claimed = { claimToken: 'token', claimUntil: noonPlus(31) };
  expect(planFor([old], [added], { session: claimed })).toEqual([]);
  const lapsed = { ...claimed, claimUntil: noonPlus(30) };
  expect(planFor([old], [added], { session: lapsed })).toEqual([admit]);
});

test('one whose host is silent is told nothing', () => {
  expect(planFor([old], [added], { sighting: { observed: 'unreachable' } })).toEqual([]);
});

test('one that was silent, or moved, is resumed first', () => {
  const resume = [{ kind: 'resume', sessionId: 'session-1' }];
  expect(planFor([old], [added], { session: { readySince: null } })).toMatchObject(resume);
  const moved = { ssh: { ...ssh, port: 32_023 } };
  expect(planFor([old], [added], { container: moved })).toMatchObject(resume);
});

test.each(['requested', 'starting', 'stopping'] as const)(
  'one that is %s is told nothing apart',
  (state) => {
    const steps = planFor([old], [added], { session: { state } });
    expect(steps.map(({ kind }) => kind)).not.toContain('admit_keys');
  },
);
