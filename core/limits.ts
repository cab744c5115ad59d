import { assert } from './assert.ts';
import type { Ticks } from './money.ts';
import { type SpendingPeriod, spendingPeriods, type TeamLimits } from './policy.ts';
import type { Refusal } from './refusal.ts';

/** What one person spends of a team's credits, and the devices of that person and of the team. */
export type Spending = {
  /** The current day, week and month in the team's zone, and what was charged in each. */
  periods: Readonly<Record<SpendingPeriod, { charged: Ticks; until: Date }>>;
  /** What is held of the team's credits for this person now. */
  held: Ticks;
  personDevices: number;
  teamDevices: number;
};

/**
 * A hold counts whole in the period in which it is placed, so that no limit can be passed while it
 * turns into a charge; what it did not use counts no more once it is settled.
 */
export function refuseSpending(
  needed: Ticks,
  spending: Spending,
  { personSpending }: TeamLimits,
): Refusal | null {
  const passed = spendingPeriods.find((period) => {
    const limit = personSpending[period];
    return limit !== null && spending.periods[period].charged + spending.held + needed > limit;
  });
  if (passed === undefined) return null;
  const limit = personSpending[passed];
  assert(limit !== null, 'what was passed is a limit');
  const { charged, until } = spending.periods[passed];
  const { held } = spending;
  return { kind: 'spending_limit', period: passed, limit, charged, held, needed, resetsAt: until };
}

export function refuseDeviceCount(
  asked: number,
  spending: Spending,
  limits: TeamLimits,
): Refusal | null {
  const { personDevices, teamDevices } = spending;
  if (limits.personDevices !== null && personDevices + asked > limits.personDevices)
    return {
      kind: 'device_limit',
      whose: 'person',
      limit: limits.personDevices,
      used: personDevices,
      asked,
    };
  if (limits.teamDevices !== null && teamDevices + asked > limits.teamDevices)
    return {
      kind: 'device_limit',
      whose: 'team',
      limit: limits.teamDevices,
      used: teamDevices,
      asked,
    };
  return null;
}
