import { describe, expect, it } from 'vitest';
import { Fault } from '../../core/fault.ts';
import type { Spawner, StartProgress } from '../../core/ports.ts';
import type { Step } from '../../core/reconcile.ts';
import type { Store } from '../../core/store.ts';
import { noonPlus } from '../support/facts.ts';
import { createSteps, started } from '../support/host-loops.ts';

const never = new AbortController().signal;
const start: Step = { kind: 'start', sessionId: 'a' };

/** A start that takes so many seconds, unless it is called off. */
function createStarting(seconds: number, store: Partial<Store> = {}) {
  const steps: Steps = createSteps(
    {
      async start(_spec, _note, signal) {
        await steps.clock.sleep(seconds * 1000, signal);
        if (signal.aborted) throw new Fault('aborted');
        return started;
      },
    },
    store,
  );
  return steps;
}
type Steps = ReturnType<typeof createSteps>;

describe('the claim of a step', () => {
  it('is renewed each third of its time, each time anew, and no more once the step is done', async () => {
    const { run, clock, performed } = createStarting(25);
    const done = run(start);
    await clock.advance(60_000);
    await done;
    const renewals = performed.filter(({ name }) => name === 'renew_claim');
    expect(renewals.map(({ requestKey }) => requestKey.split(':').at(-1))).toEqual(['1', '2']);
  });

  it('is given back behind the renewal that is under way', async () => {
    const done: string[] = [];
    const steps: Steps = createStarting(10.05, {
      async perform({ name }: { name: string }) {
        if (name === 'renew_claim') await steps.clock.sleep(100, never);
        done.push(name);
        return { kind: 'accepted' } as never;
      },
    });
    const ran = steps.run(start);
    await steps.clock.advance(11_000);
    await ran;
    expect(done).toEqual(['claim', 'report_ready', 'renew_claim', 'release_claim']);
  });

  /** Answers each renewal as said, and all else as granted. */
  function createRenewing(answers: ('renewed' | 'refused' | 'failed')[]) {
    const stage = createStarting(600, {
      async perform({ name }: { name: string }) {
        const said = name === 'renew_claim' ? answers.shift() : 'renewed';
        if (said === 'failed') throw new Error('the database is away');
        return { kind: said === 'refused' ? 'refused' : 'accepted' } as never;
      },
    });
    let endedAt = -1;
    void stage.run(start).then(() => {
      endedAt = (stage.clock.now().getTime() - noonPlus(0).getTime()) / 1000;
    });
    return { ...stage, endedAt: () => endedAt };
  }

  it('that is refused calls the step off', async () => {
    const { clock, endedAt } = createRenewing(['renewed', 'refused']);
    await clock.advance(30_000);
    expect(endedAt()).toBe(20);
  });

  it('that could not be renewed twice in a row calls the step off, and not before', async () => {
    const { clock, endedAt, timesOf } = createRenewing([
      ...(['failed', 'renewed', 'failed', 'renewed'] as const),
      ...(['failed', 'failed'] as const),
    ]);
    await clock.advance(100_000);
    expect(endedAt()).toBe(60);
    expect(timesOf('a claim could not be renewed')).toEqual([10, 30, 50, 60]);
  });
});

describe('the progress of a start', () => {
  /** A start that says so at those moments, in milliseconds, and takes three seconds. */
  async function noted(moments: readonly number[], millis = 3000) {
    const seen: string[] = [];
    const store: Partial<Store> = {
      async noteProgress(_id, _token, progress) {
        const at = stage.clock.now().getTime() - noonPlus(0).getTime();
        seen.push(`${(progress as unknown as { said: number }).said} at ${at}`);
        if (seen.length === 1) throw new Error('the database is away');
      },
    };
    const start: Spawner['start'] = async (_spec, note) => {
      let now = 0;
      for (const at of moments) {
        await stage.clock.sleep(at - now, never);
        now = at;
        note({ said: at } as unknown as StartProgress);
      }
      await stage.clock.sleep(millis - now, never);
      return started;
    };
    const stage: Steps = createSteps({ start }, store);
    const done = stage.run({ kind: 'start', sessionId: 'a' });
    await stage.clock.advance(millis);
    await done;
    return { seen, all: stage.all() };
  }

  it('is noted half a second after it was said, the latest of it, and never twice', async () => {
    const { seen } = await noted([100, 200, 550, 700, 2000]);
    expect(seen).toEqual(['550 at 600', '700 at 1200', '2000 at 2500']);
  });

  it('that could not be noted fails nothing', async () => {
    const { all } = await noted([100, 1000]);
    expect(all).toEqual([
      'changed',
      'progress was not noted',
      'changed',
      'session is ready',
      'changed',
    ]);
  });

  it('is of no use once the start is through', async () => {
    expect((await noted([100], 400)).seen).toEqual([]);
  });
});
