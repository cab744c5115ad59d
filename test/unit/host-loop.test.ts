import { describe, expect, it } from 'vitest';
import { Fault } from '../../core/fault.ts';
import type { ObservedContainer } from '../../core/ports.ts';
import type { RecordedSession } from '../../core/reconcile.ts';
import { aContainer, aLease, aSession } from '../support/facts.ts';
import { createHostLoops, started } from '../support/host-loops.ts';
import { sessionSpec } from '../support/simulated-fleet.ts';

const silent = new Fault('host_unreachable', { detail: 'connection refused' });
const recorded = (id: string, state: RecordedSession['session']['state']): RecordedSession => ({
  session: aSession({ id, state, readySince: null, url: null, containerId: null }),
  lease: aLease(),
  keyIds: [],
});
const many = (count: number, state: 'requested' | 'stopping') =>
  Array.from({ length: count }, (_, i) => recorded(`${state} ${i}`, state));

describe('a look at a host', () => {
  it('is every two seconds, and noted as of when it began', async () => {
    const { clock, host, timesOf, all } = createHostLoops({
      spawner: {
        async observe() {
          await clock.sleep(300, new AbortController().signal);
          return [];
        },
      },
    });
    host();
    await clock.advance(2700);
    expect(timesOf('seen at 0')).toEqual([0.3]);
    expect(timesOf('seen at 2.3')).toEqual([2.6]);
    expect(all()).toHaveLength(2);
  });

  it('is not hurried by who wakes it, and what was asked for is begun at once', async () => {
    const { clock, host, timesOf, sessions, performed } = createHostLoops({
      spawner: { stop: async () => undefined },
    });
    const loop = host();
    await clock.advance(500);
    sessions.push(recorded('a', 'stopping'));
    loop.wake();
    await clock.advance(0);
    expect(performed.map(({ name }) => name)).toEqual(['claim', 'report_stopped', 'release_claim']);
    await clock.advance(1400);
    expect(timesOf('observe')).toEqual([0]);
  });

  it('is noted by what the host said where it fails, and by its kind where it said nothing', async () => {
    const faults = [silent, new Fault('host_unreachable')];
    const { clock, host, timesOf } = createHostLoops({
      spawner: { observe: () => Promise.reject(faults.shift() ?? silent) },
    });
    host();
    await clock.advance(2000);
    expect(timesOf('unreachable: connection refused')).toEqual([0]);
    expect(timesOf('unreachable: host_unreachable')).toEqual([2]);
  });

  it('that is called off or fails by a mistake of ours does not speak against the host', async () => {
    for (const error of [new TypeError('ours'), new Fault('aborted')]) {
      const { clock, host, all, end } = createHostLoops({
        spawner: {
          async observe(signal) {
            if (error instanceof Fault) await clock.sleep(60_000, signal);
            throw error;
          },
        },
      });
      const { ended } = host();
      await clock.advance(10);
      end();
      await ended;
      expect(all().filter((what) => what.startsWith('unreachable'))).toEqual([]);
    }
  });

  it('removes what belongs to nobody, and only after a look', async () => {
    const removed: string[] = [];
    const { clock, host } = createHostLoops({
      spawner: {
        observe: async (): Promise<ObservedContainer[]> => [aContainer({ sessionId: 'orphan' })],
        async stop(sessionId, graceSeconds) {
          removed.push(`${sessionId} within ${graceSeconds}`);
        },
      },
    });
    host();
    await clock.advance(0);
    expect(removed).toEqual(['orphan within 10']);
  });
});

describe('the steps of a host', () => {
  it('are eight of a kind at once, and one kind keeps no other waiting', async () => {
    const stopping: string[] = [];
    const { clock, host } = createHostLoops({
      sessions: [...many(9, 'requested'), ...many(9, 'stopping')],
      store: { containerSpec: () => new Promise(() => undefined) },
      spawner: {
        stop(sessionId) {
          stopping.push(sessionId);
          return new Promise(() => undefined);
        },
      },
    });
    const loop = host();
    await clock.advance(100);
    loop.wake();
    await clock.advance(100);
    expect(stopping).toEqual(Array.from({ length: 8 }, (_, i) => `stopping ${i}`));
  });

  it('that fail are tried again ever more slowly, up to a minute', async () => {
    const { clock, host, timesOf, happens } = createHostLoops({
      sessions: [recorded('a', 'stopping')],
      spawner: {
        async stop() {
          happens('tried');
          throw silent;
        },
      },
    });
    host();
    await clock.advance(250_000);
    const tried = timesOf('tried');
    const pauses = tried.slice(1).map((at, i) => at - (tried[i] ?? 0));
    expect(pauses.slice(0, 7)).toEqual([2, 4, 8, 16, 32, 60, 60]);
  });

  it('that fail keep no other kind waiting, and are forgotten with their session', async () => {
    let isBroken = true;
    const { clock, host, timesOf, happens, sessions } = createHostLoops({
      sessions: [recorded('a', 'stopping')],
      spawner: {
        async stop() {
          happens('tried');
          if (isBroken) throw silent;
        },
      },
    });
    host();
    // The third try fails at six seconds, so that the next one would be at fourteen.
    await clock.advance(7000);
    sessions.length = 0;
    await clock.advance(2000);
    isBroken = false;
    sessions.push(recorded('a', 'stopping'));
    await clock.advance(2000);
    expect(timesOf('tried')).toEqual([0, 2, 6, 10]);
  });

  it('begin anew with two seconds after one that succeeded', async () => {
    const works = [false, false, true, false, false];
    const { clock, host, timesOf, happens } = createHostLoops({
      sessions: [recorded('a', 'requested')],
      store: { containerSpec: async () => sessionSpec() },
      spawner: {
        async start() {
          happens('tried');
          await clock.sleep(100, new AbortController().signal);
          if (!works.shift()) throw silent;
          return started;
        },
      },
    });
    host();
    await clock.advance(15_000);
    expect(timesOf('tried')).toEqual([0, 4, 10, 10.1, 14.1]);
  });

  it('are called off by a stop, and the stop then has its turn', async () => {
    const session = recorded('a', 'starting');
    const { clock, host, all, happens, sessions } = createHostLoops({
      sessions: [session],
      store: {
        async containerSpec() {
          return { sshKeys: [], sessionName: 'a' } as never;
        },
      },
      spawner: {
        async start(_spec, _note, signal) {
          happens('start');
          await clock.sleep(600_000, signal);
          happens('called off');
          throw new Fault('aborted');
        },
        async stop() {
          happens('stop');
          sessions.length = 0;
        },
      },
    });
    host();
    await clock.advance(1000);
    sessions[0] = recorded('a', 'stopping');
    await clock.advance(1000);
    await clock.advance(100);
    const seen = all().filter((what) => ['start', 'called off', 'stop'].includes(what));
    expect(seen).toEqual(['start', 'called off', 'stop']);
  });

  it('that stop are left alone, however long they take', async () => {
    const { clock, host, timesOf, happens } = createHostLoops({
      sessions: [recorded('a', 'stopping')],
      spawner: {
        async stop(_id, _grace, signal) {
          happens('stop');
          await clock.sleep(10_000, signal);
          happens(signal.aborted ? 'called off' : 'stopped');
        },
      },
    });
    host();
    await clock.advance(11_000);
    expect([timesOf('stop'), timesOf('stopped')]).toEqual([[0], [10]]);
  });

  it('are waited for at the end', async () => {
    const stopped = Promise.withResolvers<void>();
    const { clock, host, end } = createHostLoops({
      sessions: [recorded('a', 'stopping')],
      spawner: { stop: () => stopped.promise },
    });
    const loop = host();
    await clock.advance(0);
    end();
    await loop.ended;
    let isSettled = false;
    const settled = loop.settled().then(() => {
      isSettled = true;
    });
    await clock.advance(0);
    expect(isSettled).toBe(false);
    stopped.resolve();
    await settled;
  });
});
