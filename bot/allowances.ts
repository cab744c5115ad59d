import type { Ticks } from '../core/money.ts';
import type { SpendingPeriod } from '../core/policy.ts';
import type { Payee } from '../core/view.ts';
import type { Config } from './config.ts';

/** What an account gets again and again. */
export type Allowance = {
  accountId: string;
  /** Whose account it is, for the log. */
  name: string;
  every: SpendingPeriod;
  /** Of the team that grants it: its calendar says when a period begins. */
  zone: string;
  amount: Ticks;
  carryOver: Ticks;
};

/**
 * The configured allowances, one for each account. Somebody who is named gets that instead of what
 * all members get; somebody in two teams that of the first which has one for them.
 */
export function allowancesOf(
  teams: NonNullable<Config['teams']>,
  payees: readonly Payee[],
): Allowance[] {
  const configured = teams.flatMap(({ name: team, zone, people, allowances }) =>
    allowances.map(({ to, ...allowance }) => {
      const grant = { ...allowance, zone };
      if (to === 'team') return { rank: 0, kind: 'team', names: [team], grant };
      const members = people.map(({ name }) => name);
      if (to === 'members') return { rank: 1, kind: 'person', names: members, grant };
      return { rank: 0, kind: 'person', names: [to], grant };
    }),
  );
  const byRank = configured.sort((a, b) => a.rank - b.rank);
  return payees.flatMap(({ kind, name, accountId }): Allowance[] => {
    const own = byRank.find((entry) => entry.kind === kind && entry.names.includes(name));
    return own === undefined ? [] : [{ accountId, name, ...own.grant }];
  });
}
