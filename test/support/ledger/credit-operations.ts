import { adjust } from '../../../core/actions/adjust.ts';
import { payAllowance } from '../../../core/actions/allowance.ts';
import { give } from '../../../core/actions/give.ts';
import { grant } from '../../../core/actions/grant.ts';
import { request } from '../../../core/actions/request.ts';
import { reverse } from '../../../core/actions/reverse.ts';
import {
  expireRequestAction,
  takeVoteBack,
  type VoteInput,
  vote,
  withdraw,
} from '../../../core/actions/vote.ts';
import type { Actor, PersonActor } from '../../../core/entity.ts';
import type { Payee } from '../../../core/view.ts';
import { system } from '../world.ts';
import { ask, pick, type Task, toldOf } from './operations.ts';
import type { Told } from './told.ts';
import { credits, type Ledger } from './world.ts';

/** Requests, votes, and everything that moves credits by hand or by the calendar. */
export const creditOperations = {
  async request(task: Task): Promise<Told> {
    const { ledger, operation } = task;
    const { who, what, size } = operation;
    const actor = actorOf(ledger, who);
    const account = accountOf(ledger, actor, what % 2 === 0);
    // One in four is above the quorum.
    const amount = credits(1 + (size % 4) * 3 + (size % 3));
    const channel = { platform: 'console' as const, channel: actor.team };
    const input = { accountId: account.accountId, amount, reason: `n${size}`, channel };
    const outcome = await ask(task, request, { actor, input });
    if (outcome?.kind === 'accepted') {
      const { requestId } = outcome.result;
      ledger.requests.push({ requestId, personId: actor.personId, teamId: actor.teamId });
    }
    return toldOf(outcome);
  },

  approve: (task: Task) => castVote(task, 'approve'),
  deny: (task: Task) => castVote(task, 'deny'),

  async 'take back'(task: Task): Promise<Told> {
    const { ledger, operation } = task;
    const voted = latest(ledger.votes, operation.what, 3);
    const asked = pick(ledger.requests, operation.what);
    const of = operation.fits ? voted : (asked ?? voted);
    if (!of) return 'none';
    const actor = 'actor' in of ? of.actor : actorOf(ledger, operation.who);
    const input = { requestId: of.requestId, vote: 'approve' as const };
    const outcome = await ask(task, takeVoteBack, { actor, input });
    return outcome?.kind === 'accepted' && outcome.result !== 'taken_back'
      ? 'refused'
      : toldOf(outcome);
  },

  async withdraw(task: Task): Promise<Told> {
    const { ledger, operation } = task;
    const asked = latest(ledger.requests, operation.what, 12);
    if (!asked) return 'none';
    const own = ledger.actors.find(({ personId }) => personId === asked.personId);
    const actor = operation.fits && own ? own : actorOf(ledger, operation.who);
    return toldOf(await ask(task, withdraw, { actor, input: { requestId: asked.requestId } }));
  },

  async 'expire request'(task: Task): Promise<Told> {
    const { ledger, at, operation } = task;
    const due = await at.store.requestsValidUntil(ledger.clock.now());
    const asked = latest(ledger.requests, operation.what, 12)?.requestId;
    const requestId = pick(due, operation.what) ?? (operation.fits ? undefined : asked);
    if (requestId === undefined) return 'none';
    return toldOf(await ask(task, expireRequestAction, { actor: system, input: { requestId } }));
  },

  async give(task: Task): Promise<Told> {
    const { ledger, operation } = task;
    const { who, what, size } = operation;
    const actor = actorOf(ledger, who);
    const from = accountOf(ledger, actor, true);
    const to = pick(ledger.accounts, what);
    if (!to) return 'none';
    const amount = credits(1 + (size % 4));
    const input = { fromAccountId: from.accountId, toAccountId: to.accountId, amount };
    return toldOf(await ask(task, give, { actor, input: { ...input, reason: `n${size}` } }));
  },

  async grant(task: Task): Promise<Told> {
    const { actor, account } = decided(task);
    const { size } = task.operation;
    const input = { accountId: account.accountId, amount: credits(1 + (size % 12)) };
    const outcome = await ask(task, grant, { actor, input: { ...input, reason: `n${size}` } });
    return moved(task, actor, outcome);
  },

  async adjust(task: Task): Promise<Told> {
    const { actor, account } = decided(task);
    const { size } = task.operation;
    // Down more often than up, so that credits stay scarce.
    const amount = size % 4 === 0 ? credits(1 + (size % 3)) : -credits(1 + (size % 8));
    const input = { accountId: account.accountId, amount, reason: `n${size}` };
    return moved(task, actor, await ask(task, adjust, { actor, input }));
  },

  async reverse(task: Task): Promise<Told> {
    const { ledger, at, operation } = task;
    const move = latest(ledger.moves, operation.what, 12);
    const transfer = move && (await at.store.transferById(move.transferId));
    if (!transfer) return 'none';
    const actor = operation.fits ? move.actor : actorOf(ledger, operation.who);
    const input = { number: transfer.number, reason: 'wrong' };
    return toldOf(await ask(task, reverse, { actor, input }));
  },

  /** Under the key of its period, as the calendar's own job has it: that of today or one missed. */
  async allowance(task: Task): Promise<Told> {
    const { ledger, operation } = task;
    const account = pick(ledger.accounts, operation.what);
    if (!account) return 'none';
    const daysAgo = operation.size % 3;
    const at = new Date(ledger.clock.now().getTime() - daysAgo * 86_400_000);
    const period = at.toISOString().slice(0, 10);
    const requestKey = `allowance:${account.accountId}:${period}`;
    const isNew = !ledger.deliveries.all.has(requestKey);
    const [amount, carryOver] =
      account.kind === 'team' ? [credits(20), credits(5)] : [credits(6), credits(1)];
    const input = { accountId: account.accountId, amount, carryOver, period };
    const outcome = await ask(task, payAllowance, { actor: system, input, requestKey });
    return isNew || outcome === null ? toldOf(outcome) : 'none';
  },
};

function actorOf({ actors }: Ledger, who: number): PersonActor {
  const actor = pick(actors, who);
  if (!actor) throw new Error('nobody is there');
  return actor;
}

/** The actor's own account, or that of the team in whose name they act. */
function accountOf({ accounts }: Ledger, actor: PersonActor, own: boolean): Payee {
  const found = accounts.find(({ kind, personId, teamIds }) =>
    own ? personId === actor.personId : kind === 'team' && teamIds.includes(actor.teamId),
  );
  if (!found) throw new Error(`${actor.name} has no account`);
  return found;
}

/** One of the last few. */
function latest<Item>(items: readonly Item[], choice: number, among: number): Item | undefined {
  return pick(items.slice(-among), choice);
}

/** An admin and an account that they decide on; or anybody and any account. */
function decided({ ledger, operation }: Task): { actor: PersonActor; account: Payee } {
  const { who, what, fits } = operation;
  if (!fits) return { actor: actorOf(ledger, who), account: accountOrFail(ledger, what) };
  const admins = ledger.actors.filter(({ roles }) => roles.includes('admin'));
  const actor = pick(admins, who) ?? actorOf(ledger, who);
  const theirs = ledger.accounts.filter(
    ({ teamIds, personId }) => teamIds.includes(actor.teamId) && personId !== actor.personId,
  );
  return { actor, account: pick(theirs, what) ?? accountOrFail(ledger, what) };
}

function accountOrFail({ accounts }: Ledger, what: number): Payee {
  const account = pick(accounts, what);
  if (!account) throw new Error('there are no accounts');
  return account;
}

function moved(
  { ledger }: Task,
  actor: PersonActor,
  outcome: Awaited<ReturnType<typeof ask<object, { transferId: string }, object>>>,
): Told {
  if (outcome?.kind === 'accepted') ledger.moves.push({ ...outcome.result, actor });
  return toldOf(outcome);
}

const stranger: Actor = { kind: 'stranger', platform: 'console', externalId: 'passer-by' };

/** A vote that changes nothing counts as refused: it was passed over. */
async function castVote(task: Task, voted: VoteInput['vote']): Promise<Told> {
  const { ledger, operation } = task;
  const { who, what, size, fits } = operation;
  const asked = latest(ledger.requests, what, fits ? 8 : 40);
  if (!asked) return 'none';
  const { requestId, personId, teamId } = asked;
  const deciders = ledger.actors.filter(
    (actor) =>
      actor.teamId === teamId && actor.roles.includes('admin') && actor.personId !== personId,
  );
  const person = (fits ? pick(deciders, who) : undefined) ?? actorOf(ledger, who);
  const input: VoteInput = {
    requestId,
    vote: voted,
    by: size % 3 === 0 ? 'command' : 'reaction',
    standing: !fits && size % 5 === 0 ? 'guest' : 'member',
    reason: size % 2 === 0 ? null : `n${size}`,
  };
  const isStranger = !fits && size % 7 === 0 && input.by === 'reaction';
  const outcome = await ask(task, vote, { actor: isStranger ? stranger : person, input });
  if (outcome?.kind !== 'accepted') return toldOf(outcome);
  const { kind } = outcome.result;
  if (kind === 'counted') ledger.votes.push({ requestId, actor: person });
  if (kind === 'approved' || kind === 'denied' || kind === 'expired')
    ledger.requests = ledger.requests.filter((other) => other !== asked || size % 4 === 0);
  return kind === 'ignored' ? 'refused' : 'accepted';
}
