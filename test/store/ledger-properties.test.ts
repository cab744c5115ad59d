import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RefusalKind } from '../../core/refusal.ts';
import {
  deadlocks,
  type OperationKind,
  operationKinds,
  runBatch,
} from '../support/ledger/batch.ts';
import type { Operation } from '../support/ledger/operations.ts';
import { type Ledger, openLedger } from '../support/ledger/world.ts';
import { inSoak } from '../support/soak.ts';

/** How often each kind of operation comes, against the others. */
const weights = {
  start: 120,
  claim: 55,
  ready: 55,
  extend: 50,
  stop: 40,
  'claim stop': 60,
  gone: 60,
  exit: 15,
  meter: 20,
  promote: 25,
  expire: 60,
  'expire queued': 30,
  request: 90,
  approve: 110,
  deny: 35,
  'take back': 35,
  withdraw: 20,
  'expire request': 15,
  give: 70,
  grant: 40,
  adjust: 50,
  reverse: 30,
  allowance: 30,
  redeliver: 90,
  'reuse a key': 25,
  pass: 30,
  audit: 1,
  kill: 1,
} satisfies Record<OperationKind, number>;
/** What has no yes or no of its own. */
const others: readonly OperationKind[] = ['redeliver', 'reuse a key', 'pass', 'audit', 'kill'];

const laneCount = 8;
const laneLength = 125;
/** Batches, and the least that they must have come to for their quiet to mean something. */
const { batchCount, least } = inSoak({
  gate: { batchCount: 10, least: { asked: 8_000, accepted: 2, again: 90, kills: 4, unknown: 4 } },
  soak: {
    batchCount: 110,
    least: { asked: 100_000, accepted: 25, again: 1000, kills: 50, unknown: 50 },
  },
});
/** Which operations there are follows from it; in which order they meet does not. */
const seed = Number(process.env['FC_SEED'] ?? 20_260_326);

const choice = fc.nat(0xffff);
const operation: fc.Arbitrary<Operation<OperationKind>> = fc.record({
  kind: fc.oneof(
    ...operationKinds.map((kind) => {
      return { weight: weights[kind], arbitrary: fc.constant(kind) };
    }),
  ),
  who: choice,
  what: choice,
  size: choice,
  fits: fc.nat(3).map((n) => n > 0),
  twice: fc.nat(15).map((n) => n === 0),
});
const lane = fc.array(operation, { minLength: laneLength, maxLength: laneLength });
const batch = fc
  .array(lane, { minLength: laneCount, maxLength: laneCount })
  // A report that listed them all would be read by nobody.
  .map((lanes) => ({ lanes, [fc.toStringMethod]: () => `${laneCount} × ${laneLength}` }));

describe('the book, used by two processes at once', () => {
  let ledger: Ledger;
  beforeAll(async () => {
    ledger = await openLedger();
  });
  afterAll(() => ledger.close());

  it('adds up after every batch, with no limit passed and each request decided once', async () => {
    const property = fc.asyncProperty(batch, async ({ lanes }) => {
      expect(await runBatch(ledger, lanes)).toEqual([]);
    });
    // What was done stays done, so a failure cannot be tried again with less.
    await fc.assert(property, { numRuns: batchCount, endOnFailure: true, unbiased: true, seed });
  }, 1_800_000);

  it(`was asked for more than ${least.asked} operations, of every kind, and allowed a good part`, () => {
    const { counts } = ledger.tally;
    const asked = [...counts].filter(([kind]) => !others.some((other) => other === kind));
    expect(ledger.deliveries.count()).toBeGreaterThan(least.asked);
    for (const [kind, { accepted }] of asked)
      expect(accepted, kind).toBeGreaterThan(least.accepted);
    expect(asked).toHaveLength(operationKinds.length - others.length);
    const sumOf = (told: 'accepted' | 'refused') =>
      asked.reduce((sum, [, of]) => sum + of[told], 0);
    expect(sumOf('accepted') / (sumOf('accepted') + sumOf('refused'))).toBeGreaterThan(0.3);
    expect(counts.get('redeliver')?.accepted).toBeGreaterThan(least.again);
    expect(counts.get('reuse a key')?.refused).toBeGreaterThan(least.again);
  });

  it('met every limit that it has, and lost connections in the middle of work', () => {
    const limits: RefusalKind[] = [
      'short_balance',
      'spending_limit',
      'device_limit',
      'queue_full',
      'too_little_available',
      'too_many_requests',
      'quorum_needed',
      'own_credits',
      'not_reversible',
      'request_decided',
    ];
    expect(limits.filter((kind) => !ledger.deliveries.refusals.has(kind))).toEqual([]);
    expect(ledger.tally.counts.get('kill')?.accepted).toBeGreaterThan(least.kills);
    const unknown = [...ledger.tally.counts.values()].reduce((sum, of) => sum + of.unknown, 0);
    expect(unknown).toBeGreaterThan(least.unknown);
  });

  it('took its locks in one order: no two ever waited for each other in a ring', async () => {
    expect(await deadlocks(ledger)).toBe(0);
  });

  it('has a statement for each account that ends with its balance', async () => {
    for (const { accountId } of ledger.accounts) {
      const statement = await ledger.observer.statementOf(accountId, 'all');
      const { account } = await ledger.observer.balanceOf(accountId);
      expect([statement?.opening, statement?.closing]).toEqual([0n, account.posted]);
    }
  });
});
