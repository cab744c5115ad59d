import { extend } from '../../core/actions/extend.ts';
import { grant } from '../../core/actions/grant.ts';
import { stop } from '../../core/actions/stop.ts';
import { type Ticks, ticksPerCredit } from '../../core/money.ts';
import { defaultApproval, noLimits, type Policy, type TeamLimits } from '../../core/policy.ts';
import { act, type Stage, sessionIn } from './stage.ts';
import { accepted, askStart, system, testPolicy } from './world.ts';

export const credits = (amount: number): Ticks => BigInt(amount) * ticksPerCredit;

type Limits = Partial<Omit<TeamLimits, 'personSpending'>> & {
  /** In credits. */
  personSpending?: Partial<Record<keyof TeamLimits['personSpending'], number>>;
};

/** The policy of a site whose team has these limits. Its hosts count as seen for months. */
export function withLimits({ personSpending = {}, ...others }: Limits): Partial<Policy> {
  const given = Object.entries(personSpending).map(([period, most]) => [period, credits(most)]);
  const spending = { ...noLimits.personSpending, ...Object.fromEntries(given) };
  const { prices, mostLeaseSeconds } = testPolicy;
  const limits = { ...noLimits, ...others, personSpending: spending };
  const lab = { prices, mostLeaseSeconds, limits, approval: defaultApproval };
  return { hostSilentSeconds: 1e8, teams: { lab } };
}

/** Bob's ways to spend; an hour of a device costs ten credits. */
export function createSpending(stage: Stage) {
  const start = (leaseSeconds: number, own = false) =>
    askStart(stage.world, 'bob', { leaseSeconds, own });
  const extendBy = (sessionId: string, addedSeconds: number) =>
    act(stage.world, extend, { sessionId, addedSeconds });
  const running = (leaseSeconds: number, own = false) =>
    sessionIn(stage.world, 'running', { leaseSeconds, own });
  /** Runs for so long and is charged for it. */
  const use = async (seconds: number) => {
    const sessionId = await running(Math.max(seconds, 300));
    await stage.world.clock.advance(seconds * 1000);
    await accepted(act(stage.world, stop, { sessionId }));
    return sessionId;
  };
  const until = (instant: string) => {
    const { clock } = stage.world;
    return clock.advance(new Date(instant).getTime() - clock.now().getTime());
  };
  /** Gives bob credits of his own. */
  const giveOwn = async (amount: number) => {
    const payees = await stage.world.store.payees();
    const account = payees.find(({ kind, name }) => kind === 'person' && name === 'bob');
    const input = { accountId: account?.accountId ?? '', amount: credits(amount), reason: 'own' };
    const request = { requestKey: 'own', actor: system, input };
    await accepted(stage.world.store.perform(grant, request));
    return input.accountId;
  };
  return { start, extendBy, running, use, until, giveOwn };
}
