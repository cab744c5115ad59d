import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadlocks, runBatch } from '../support/ledger/batch.ts';
import type { Operation } from '../support/ledger/operations.ts';
import { type Ledger, openLedger } from '../support/ledger/world.ts';

/** How often each kind of operation comes, against the others. */
const weights = {
  start: 140,
  claim: 70,
  ready: 60,
  extend: 50,
  stop: 40,
  'claim stop': 60,
  gone: 60,
  exit: 10,
  meter: 15,
  promote: 30,
  expire: 60,
  'expire queued': 10,
  request: 90,
  approve: 110,
  deny: 30,
  'take back': 25,
  withdraw: 15,
  'expire request': 10,
  give: 70,
  grant: 40,
  adjust: 50,
  reverse: 30,
  allowance: 40,
  redeliver: 60,
  'reuse a key': 20,
  pass: 30,
  audit: 1,
  kill: 2,
};

const choice = fc.nat(0xffff);
const operation: fc.Arbitrary<Operation> = fc.record({
  kind: fc.oneof(
    ...Object.entries(weights).map(([kind, weight]) => {
      return { weight, arbitrary: fc.constant(kind) };
    }),
  ),
  who: choice,
  what: choice,
  size: choice,
  fits: fc.nat(3).map((n) => n > 0),
  twice: fc.nat(15).map((n) => n === 0),
});
const laneCount = 8;
const laneLength = 125;
const lane = fc.array(operation, { minLength: laneLength, maxLength: laneLength });
const batch = fc.array(lane, { minLength: laneCount, maxLength: laneCount });

describe('the book, used by two processes at once', () => {
  let ledger: Ledger;
  beforeAll(async () => {
    ledger = await openLedger();
  });
  afterAll(() => ledger.close());

  it('adds up after every batch, whatever happens in whatever order', async () => {
    const began = performance.now();
    const numRuns = Number(process.env['RUNS'] ?? 110);
    await fc.assert(
      fc.asyncProperty(batch, async (lanes) => {
        expect(await runBatch(ledger, lanes)).toEqual([]);
      }),
      { numRuns, endOnFailure: true, unbiased: true, seed: Number(process.env['FC_SEED'] ?? 3) },
    );
    console.log('cpu', process.cpuUsage(), (await import('node:child_process')).execSync('for p in $(pgrep -x postgres); do echo $p $(ps -o time=,args= -p $p | grep dibs_); done | grep dibs_ || true; ps -o pid,cputimes,args -u postgres | grep -E "dibs_" | sort -k2 -n | tail -15').toString());
    console.log(
      ledger.tally.counts,
      performance.now() - began,
      await deadlocks(ledger),
      ledger.clock.now(),
    );
  }, 600_000);
});
