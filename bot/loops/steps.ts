import { type ClaimedStep, claim, releaseClaim, renewClaim } from '../../core/actions/claim.ts';
import { pauseMeter, reportKeys, resumeMeter } from '../../core/actions/observe.ts';
import {
  reportEnded,
  reportReady,
  reportStartFailed,
  reportStopped,
} from '../../core/actions/report.ts';
import { unreachable } from '../../core/assert.ts';
import type { EndReason } from '../../core/end-reason.ts';
import { Fault, type FaultCode } from '../../core/fault.ts';
import type { Policy } from '../../core/policy.ts';
import type { Clock, Log, NewId, Spawner, StartProgress } from '../../core/ports.ts';
import type { Step } from '../../core/reconcile.ts';
import type { Store } from '../../core/store.ts';

export type StepDeps = {
  store: Store;
  spawner: Spawner;
  clock: Clock;
  newId: NewId;
  log: Log;
  policy: Policy;
  /** Notices are due. */
  onChange: () => void;
  /** Devices may be free. */
  onFreed: () => void;
};

const actor = { kind: 'system', name: 'reconciler' } as const;
const progressEveryMillis = 500;

/** Does one step: claim, do, report. Throws only what the reports throw. */
export async function runStep(deps: StepDeps, step: Step, signal: AbortSignal): Promise<void> {
  const { store, spawner, newId, policy, log } = deps;
  const asked = { requestKey: `${step.kind}:${newId()}`, actor };
  switch (step.kind) {
    case 'start':
      return runStart(deps, step.sessionId, signal);
    case 'stop':
      return runStop(deps, step.sessionId, signal);
    case 'remove':
      log.warn('removing a container that no session has', { sessionId: step.sessionId });
      return spawner.stop(step.sessionId, policy.stopGraceSeconds, signal);
    case 'end': {
      const { kind: _, ...input } = step;
      await store.perform(reportEnded, { ...asked, input });
      deps.onFreed();
      return deps.onChange();
    }
    case 'pause':
      await store.perform(pauseMeter, {
        ...asked,
        input: { sessionId: step.sessionId, at: step.at },
      });
      return deps.onChange();
    case 'resume': {
      const { kind: _, ...input } = step;
      await store.perform(resumeMeter, { ...asked, input });
      return deps.onChange();
    }
    case 'admit_keys':
      return runAdmitKeys(deps, step.sessionId, signal);
    default:
      return unreachable(step);
  }
}

async function runStart(deps: StepDeps, sessionId: string, signal: AbortSignal): Promise<void> {
  const { store, spawner, log } = deps;
  await underClaim(deps, { sessionId, step: 'start', signal }, async (token, held) => {
    const spec = await store.containerSpec(sessionId);
    if (spec === null) return;
    const progress = createProgress(deps, sessionId, token);
    const begunAt = deps.clock.now().getTime();
    try {
      const container = await spawner.start(spec, progress.note, held);
      await progress.end();
      const keyIds = spec.sshKeys.map(({ id }) => id);
      const input = { sessionId, token, keyIds, ...container };
      await store.perform(reportReady, { requestKey: `ready:${token}`, actor, input });
      const millis = deps.clock.now().getTime() - begunAt;
      log.info('session is ready', { session: spec.sessionName, millis });
    } catch (error) {
      await progress.end();
      if (!(error instanceof Fault)) throw error;
      const reason = reasonOf(error.code);
      if (error.code === 'aborted') return;
      log.warn('a start failed', { session: spec.sessionName, error });
      if (reason === null) throw error;
      const input = { sessionId, token, reason, faultDetail: detailOf(error) };
      await store.perform(reportStartFailed, { requestKey: `failed:${token}`, actor, input });
    }
  });
}

function runStop(deps: StepDeps, sessionId: string, signal: AbortSignal): Promise<void> {
  const { store, spawner, policy } = deps;
  return underClaim(deps, { sessionId, step: 'stop', signal }, async (token, held) => {
    await spawner.stop(sessionId, policy.stopGraceSeconds, held);
    const input = { sessionId, token };
    await store.perform(reportStopped, { requestKey: `stopped:${token}`, actor, input });
    deps.onFreed();
  });
}

async function runAdmitKeys(deps: StepDeps, sessionId: string, signal: AbortSignal) {
  const { store, spawner } = deps;
  await underClaim(deps, { sessionId, step: 'admit_keys', signal }, async (token, held) => {
    const spec = await store.containerSpec(sessionId);
    if (spec === null) return;
    await spawner.admitKeys(sessionId, spec.sshKeys, held);
    const input = { sessionId, token, keyIds: spec.sshKeys.map(({ id }) => id) };
    await store.perform(reportKeys, { requestKey: `keys:${token}`, actor, input });
  });
}

/**
 * Does `work` while this process alone has the claim. The signal that it gets aborts as soon as
 * the claim is lost, which is also how a stop reaches a start that is under way.
 */
async function underClaim(
  deps: StepDeps,
  asked: { sessionId: string; step: ClaimedStep; signal: AbortSignal },
  work: (token: string, held: AbortSignal) => Promise<void>,
): Promise<void> {
  const { store, newId } = deps;
  const { sessionId, step } = asked;
  const token = newId();
  const input = { sessionId, step, token };
  const claimed = await store.perform(claim, { requestKey: `claim:${token}`, actor, input });
  if (claimed.kind === 'refused') return;
  deps.onChange();
  const done = new AbortController();
  const lost = new AbortController();
  const renewing = renew(deps, input, { done: done.signal, lost });
  try {
    await work(token, AbortSignal.any([asked.signal, lost.signal]));
  } finally {
    done.abort();
    await renewing;
    // Refused as stale where the report has given it back already.
    await store.perform(releaseClaim, {
      requestKey: `release:${token}`,
      actor,
      input: { sessionId, token },
    });
    deps.onChange();
  }
}

async function renew(
  { store, clock, policy, log }: StepDeps,
  input: { sessionId: string; step: ClaimedStep; token: string },
  { done, lost }: { done: AbortSignal; lost: AbortController },
): Promise<void> {
  const thirdMillis = (policy.claimSeconds * 1000) / 3;
  // One failure leaves time for a second try before the claim lapses; a second one does not, and
  // what cannot be renewed is taken for lost: two at one step is worse than one step late.
  for (let turn = 1, failures = 0; failures < 2; turn += 1) {
    await clock.sleep(thirdMillis, done);
    if (done.aborted) return;
    try {
      const requestKey = `renew:${input.token}:${turn}`;
      const renewed = await store.perform(renewClaim, { requestKey, actor, input });
      if (renewed.kind === 'refused') break;
      failures = 0;
    } catch (error) {
      failures += 1;
      log.error('a claim could not be renewed', { sessionId: input.sessionId, failures, error });
    }
  }
  lost.abort();
}

/**
 * Passes progress on at a calm pace: the latest word, so much after the first that was not passed
 * on. A start that is ready before that has no need of it.
 */
function createProgress(deps: StepDeps, sessionId: string, token: string) {
  const { store, clock, log, onChange } = deps;
  const done = new AbortController();
  let latest: StartProgress | null = null;
  let noting = Promise.resolve();
  const noteLatest = async () => {
    await clock.sleep(progressEveryMillis, done.signal);
    if (latest === null || done.signal.aborted) return;
    const progress = latest;
    latest = null;
    await store.noteProgress(sessionId, token, progress).then(onChange, (error: unknown) => {
      log.warn('progress was not noted', { sessionId, error });
    });
  };
  return {
    note(progress: StartProgress): void {
      if (latest === null) noting = noting.then(noteLatest);
      latest = progress;
    },
    end(): Promise<void> {
      done.abort();
      return noting;
    },
  };
}

/** Why a start failed for good; null: it may yet work, and is tried again until its deadline. */
function reasonOf(code: FaultCode): EndReason | null {
  switch (code) {
    case 'host_unreachable':
      return null;
    case 'image_missing':
      return 'image_missing';
    case 'pull_failed':
      return 'pull_failed';
    default:
      return 'start_failed';
  }
}

function detailOf({ code, facts }: Fault): string {
  const lastLine = facts.logTail?.trim().split('\n').at(-1);
  return [facts.detail ?? code.replaceAll('_', ' '), lastLine]
    .filter((part) => part !== undefined && part !== '')
    .join(': ')
    .slice(0, 500);
}
