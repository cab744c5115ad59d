import { devicesOf, recordInventory } from '../../core/actions/observe.ts';
import { Fault } from '../../core/fault.ts';
import type { ObservedContainer } from '../../core/ports.ts';
import { plan, type RecordedSession, type Step } from '../../core/reconcile.ts';
import { createLoop, type Loop } from './loop.ts';
import { runStep, type StepDeps } from './steps.ts';

export type HostDeps = StepDeps & { hostId: string; hostName: string };

const everyMillis = 2000;
const inventoryEveryMillis = 10_000;
/** A calm pace for the figures in messages: a chat has its limits, and so have readers. */
const messagesEveryMillis = 30_000;
/** Steps of one kind at once on one host: more would only make each of them slower. */
const mostStepsAtOnce = 8;

/** Keeps one host as it is recorded: observe, plan, and for each step claim, do, report. */
export function createHostLoop(deps: HostDeps): Loop & { settled(): Promise<unknown> } {
  const steps = createSteps(deps, () => loop.wake());
  let lookedAt = Number.NEGATIVE_INFINITY;
  const loop: Loop = createLoop({
    ...deps,
    name: `host ${deps.hostName}`,
    everyMillis,
    async runOnce(signal) {
      const { store, hostId, policy, clock } = deps;
      const before = await store.recordedSessions(hostId);
      steps.callOff(before.filter(({ session }) => session.state === 'stopping'));
      // Woken, it does what was just asked for; looks at the host keep their own pace.
      steps.begin(plan(unseen(before, clock.now()), policy), signal);
      const pause = clock.now().getTime() - lookedAt;
      // A clock that was set back is no reason to look away.
      if (pause >= 0 && pause < everyMillis) return;
      lookedAt = clock.now().getTime();
      const seenAt = await store.hostSeenAt(hostId);
      const observed = await look(deps, signal);
      const after = await store.recordedSessions(hostId);
      const sighting = { before, observed, after, seenAt, now: clock.now() };
      steps.forgetFailures(after);
      steps.begin(plan(sighting, policy), signal);
    },
  });
  return { ...loop, settled: steps.settled };
}

/** What is recorded, without a word about what is there: only starts and stops follow from it. */
function unseen(recorded: readonly RecordedSession[], now: Date) {
  const asked = recorded.filter(({ session }) => session.state !== 'running');
  return { before: asked, observed: [], after: asked, seenAt: null, now };
}

async function look(
  { store, spawner, clock, hostId, hostName, log }: HostDeps,
  signal: AbortSignal,
): Promise<readonly ObservedContainer[] | 'unreachable'> {
  const at = clock.now();
  try {
    const observed = await spawner.observe(signal);
    await store.noteSeen(hostId, at, null);
    return observed;
  } catch (error) {
    if (!(error instanceof Fault) || signal.aborted) throw error;
    log.warn('a host does not answer', { host: hostName, error });
    await store.noteUnreachable(hostId, error.facts.detail ?? error.code);
    return 'unreachable';
  }
}

function createSteps(deps: HostDeps, wake: () => void) {
  const running = new Map<string, { step: Step; done: Promise<void>; abort: () => void }>();
  const failures = new Map<string, { count: number; notBefore: number }>();
  const { clock, log } = deps;

  async function run(key: string, step: Step, signal: AbortSignal) {
    const { sessionId } = step;
    try {
      await runStep(deps, step, signal);
      failures.delete(nameOf(step));
      wake();
    } catch (error) {
      const count = (failures.get(nameOf(step))?.count ?? 0) + 1;
      const pause = Math.min(1000 * 2 ** count, 60_000);
      failures.set(nameOf(step), { count, notBefore: clock.now().getTime() + pause });
      if (!signal.aborted) log.warn('a step failed', { step: step.kind, sessionId, count, error });
    } finally {
      running.delete(key);
    }
  }

  /** Kind by kind: slow starts keep neither an end nor a stop waiting. */
  const countOf = (kind: Step['kind']) =>
    [...running.values()].filter(({ step }) => step.kind === kind).length;

  return {
    begin(planned: readonly Step[], signal: AbortSignal) {
      for (const step of planned) {
        const key = keyOf(step);
        const isDue = (failures.get(nameOf(step))?.notBefore ?? 0) <= clock.now().getTime();
        if (running.has(key) || !isDue || countOf(step.kind) >= mostStepsAtOnce) continue;
        const called = new AbortController();
        const done = run(key, step, AbortSignal.any([signal, called.signal]));
        running.set(key, { step, done, abort: () => called.abort() });
      }
    },
    /** What is over fails no more. */
    forgetFailures(recorded: readonly RecordedSession[]) {
      const alive = new Set(recorded.map(({ session }) => session.id));
      for (const key of failures.keys())
        if (!alive.has(key.split(' ')[1] ?? '')) failures.delete(key);
    },
    /** A stop was asked for while something else is under way: that ends, and gives its claim back. */
    callOff(stopping: readonly RecordedSession[]) {
      for (const { session } of stopping) {
        const current = running.get(session.id);
        if (current?.step.kind !== 'stop') current?.abort();
      }
    },
    settled: () => Promise.allSettled([...running.values()].map(({ done }) => done)),
  };
}

/** What failed is tried again later, and keeps no other kind of step waiting. */
function nameOf({ kind, sessionId }: Step): string {
  return `${kind} ${sessionId}`;
}

/** One step at a time on a session; but its end is recorded also while a start is under way. */
function keyOf({ kind, sessionId }: Step): string {
  return kind === 'end' ? `end ${sessionId}` : sessionId;
}

/**
 * Devices and their figures: at a calmer pace than the containers, and apart from them, as a
 * driver that hangs must not keep a session from being stopped.
 */
export function createInventoryLoop(deps: HostDeps): Loop {
  const { store, spawner, clock, newId, hostId, hostName, log } = deps;
  let recorded = '';
  let refreshedAt = Number.NEGATIVE_INFINITY;
  return createLoop({
    ...deps,
    name: `inventory ${hostName}`,
    everyMillis: inventoryEveryMillis,
    async runOnce(signal) {
      const now = clock.now();
      try {
        const inventory = await spawner.inventory(signal);
        const devices = devicesOf(inventory);
        const found = JSON.stringify(devices);
        if (found !== recorded) {
          await store.perform(recordInventory, {
            requestKey: `inventory:${newId()}`,
            actor: { kind: 'system', name: 'reconciler' },
            input: { hostId, devices },
          });
          recorded = found;
          deps.onFreed();
        }
        await store.noteSeen(hostId, now, inventory);
        if (now.getTime() - refreshedAt < messagesEveryMillis) return;
        refreshedAt = now.getTime();
        await store.refreshMessages(hostId);
        deps.onChange();
      } catch (error) {
        if (!(error instanceof Fault) || signal.aborted) throw error;
        log.warn('an inventory failed', { host: hostName, error });
        await store.noteUnreachable(hostId, error.facts.detail ?? error.code);
      }
    },
  });
}
