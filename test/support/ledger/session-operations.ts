import { randomUUID } from 'node:crypto';
import { claim } from '../../../core/actions/claim.ts';
import { expire, expireQueued } from '../../../core/actions/expire.ts';
import { extend } from '../../../core/actions/extend.ts';
import { pauseMeter, resumeMeter } from '../../../core/actions/observe.ts';
import { promote } from '../../../core/actions/promote.ts';
import {
  reportEnded,
  reportReady,
  reportStartFailed,
  reportStopped,
} from '../../../core/actions/report.ts';
import { start } from '../../../core/actions/start.ts';
import { stop } from '../../../core/actions/stop.ts';
import type { PersonActor } from '../../../core/entity.ts';
import { plainStart } from '../facts.ts';
import { system } from '../world.ts';
import { ask, pick, type Task, toldOf } from './operations.ts';
import type { Told } from './told.ts';
import { type KnownSession, ledgerPolicy } from './world.ts';

const url = 'http://gpu-1/';
const image = {
  name: 'pytorch',
  reference: 'dibs/pytorch-cuda:2.9',
  build: null,
  cuda: null,
  compute: null,
};

/** The lives of sessions: what people ask, and what the loops report. */
export const sessionOperations = {
  async start(task: Task): Promise<Told> {
    const { ledger, operation } = task;
    const { who, what, size } = operation;
    const actor = pick(ledger.actors, who);
    if (!actor) return 'none';
    const { personId, teamId } = actor;
    const outcome = await ask(task, start, {
      actor,
      input: {
        personId,
        teamId,
        own: what % 4 === 0,
        deviceType: pick(['a100', 'l4', 'any', 'a100-80gb'], what >> 2) ?? 'any',
        deviceCount: size % 5 === 0 ? 2 : 1,
        leaseSeconds: 300 + (size % 10) * 300,
        image,
        check: false,
        channel: { platform: 'console' as const, channel: actor.team },
        now: what % 7 === 0,
      },
    });
    if (outcome?.kind === 'accepted') {
      const { sessionId } = outcome.result;
      const phase = outcome.result.hostId === null ? 'queued' : 'requested';
      ledger.sessions.set(sessionId, { sessionId, holder: actor, phase, token: null });
    }
    return toldOf(outcome);
  },

  claim: (task: Task) => claimed(task, 'start'),

  /** Who has the claim says that it is ready, or, now and then, that it failed. */
  async ready(task: Task): Promise<Told> {
    const session = some(task, ['starting'], isClaimed);
    if (!session?.token) return 'none';
    const { sessionId, token } = session;
    const started = { ...plainStart, sessionId, token, containerId: 'c', url };
    const failed = { sessionId, token, reason: 'start_failed' as const, faultDetail: null };
    const isFailed = task.operation.size % 10 === 0;
    const outcome = isFailed
      ? await ask(task, reportStartFailed, { actor: system, input: failed })
      : await ask(task, reportReady, { actor: system, input: started });
    if (outcome?.kind === 'accepted') session.phase = isFailed ? 'stopping' : 'running';
    return toldOf(outcome);
  },

  async extend(task: Task): Promise<Told> {
    const session = some(task, ['queued', 'requested', 'starting', 'running']);
    if (!session) return 'none';
    const { sessionId } = session;
    const addedSeconds = 60 * (1 + (task.operation.size % 40));
    const actor = whoMay(task, session);
    return toldOf(await ask(task, extend, { actor, input: { sessionId, addedSeconds } }));
  },

  async stop(task: Task): Promise<Told> {
    const session = some(task, ['queued', 'requested', 'starting', 'running']);
    if (!session) return 'none';
    const { sessionId } = session;
    const actor = whoMay(task, session);
    const outcome = await ask(task, stop, { actor, input: { sessionId } });
    if (outcome?.kind === 'accepted') session.phase = 'stopping';
    return toldOf(outcome);
  },

  'claim stop': (task: Task) => claimed(task, 'stop'),

  /** The container is gone, and its devices are free. */
  async gone(task: Task): Promise<Told> {
    const session = some(task, ['stopping'], isClaimed);
    if (!session?.token) return 'none';
    const { sessionId, token } = session;
    const outcome = await ask(task, reportStopped, { actor: system, input: { sessionId, token } });
    if (outcome?.kind === 'accepted') task.ledger.sessions.delete(sessionId);
    return toldOf(outcome);
  },

  async exit(task: Task): Promise<Told> {
    const session = some(task, ['running']);
    if (!session) return 'none';
    const { sessionId } = session;
    const at = new Date(task.ledger.clock.now().getTime() - (task.operation.size % 90) * 1000);
    const input = { sessionId, from: 'running' as const, reason: 'exited' as const, at };
    const ended = { ...input, faultDetail: null };
    const outcome = await ask(task, reportEnded, { actor: system, input: ended });
    if (outcome?.kind === 'accepted') session.phase = 'stopping';
    return toldOf(outcome);
  },

  async meter(task: Task): Promise<Told> {
    const session = some(task, ['running']);
    if (!session) return 'none';
    const { sessionId } = session;
    const actor = system;
    const at = task.ledger.clock.now();
    return toldOf(
      task.operation.size % 2 === 0
        ? await ask(task, pauseMeter, { actor, input: { sessionId, at } })
        : await ask(task, resumeMeter, { actor, input: { sessionId, url, ssh: null } }),
    );
  },

  async promote(task: Task): Promise<Told> {
    const outcome = await ask(task, promote, { actor: system, input: null });
    const isIdle = outcome?.kind === 'accepted' && outcome.result.hostIds.length === 0;
    if (isIdle) return 'refused';
    for (const session of task.ledger.sessions.values())
      if (session.phase === 'queued') session.phase = 'requested';
    return toldOf(outcome);
  },

  async expire(task: Task): Promise<Told> {
    const { ledger, at, operation } = task;
    const ending = await at.store.sessionsEndingBefore(ledger.clock.now());
    const other = operation.fits ? undefined : some(task, ['running'])?.sessionId;
    const sessionId = pick(ending, operation.what)?.sessionId ?? other;
    if (sessionId === undefined) return 'none';
    const outcome = await ask(task, expire, { actor: system, input: { sessionId } });
    const session = ledger.sessions.get(sessionId);
    if (session && outcome?.kind === 'accepted' && outcome.result === 'end')
      session.phase = 'stopping';
    return toldOf(outcome);
  },

  async 'expire queued'(task: Task): Promise<Told> {
    const { ledger, at, operation } = task;
    const waited = ledgerPolicy.queueDeadlineSeconds * 1000;
    const since = new Date(ledger.clock.now().getTime() - waited);
    const due = await at.store.sessionsQueuedBefore(since);
    const sessionId = pick(due, operation.what);
    if (sessionId === undefined) return 'none';
    return toldOf(await ask(task, expireQueued, { actor: system, input: { sessionId } }));
  },
};

/** One that is, as far as anybody knows, in one of these phases; or any. */
function some(
  { ledger, operation }: Task,
  phases: readonly KnownSession['phase'][],
  also: (session: KnownSession) => boolean = () => true,
): KnownSession | undefined {
  const all = [...ledger.sessions.values()].filter(also);
  const fitting = all.filter(({ phase }) => phases.includes(phase));
  return pick(operation.fits ? fitting : all, operation.what);
}

function isClaimed({ token }: KnownSession): boolean {
  return token !== null;
}

/** The holder; or whoever it is, who may be an admin or nobody to it. */
function whoMay({ ledger, operation }: Task, { holder }: KnownSession): PersonActor {
  const own = ledger.actors.find(
    ({ personId, teamId }) => personId === holder.personId && teamId === holder.teamId,
  );
  const anybody = pick(ledger.actors, operation.who);
  const actor = (operation.fits ? own : anybody) ?? own;
  if (!actor) throw new Error('nobody is there');
  return actor;
}

async function claimed(task: Task, step: 'start' | 'stop'): Promise<Told> {
  const session = some(task, step === 'start' ? ['requested'] : ['stopping']);
  if (!session) return 'none';
  const { sessionId } = session;
  const token = randomUUID();
  const outcome = await ask(task, claim, { actor: system, input: { sessionId, step, token } });
  if (outcome?.kind === 'accepted') {
    session.token = token;
    session.phase = step === 'start' ? 'starting' : 'stopping';
  }
  return toldOf(outcome);
}
