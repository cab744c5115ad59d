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

/** Where the loop finds them: people come and go, and the zones of the calendars stay. */
export type AllowanceSource = {
  zones: readonly string[];
  list(): Promise<readonly Allowance[]>;
};

/** Null: none are configured. */
export function allowanceSource(
  teams: NonNullable<Config['teams']>,
  payees: () => Promise<readonly Payee[]>,
): AllowanceSource | null {
  const zones = teams.filter(({ allowances }) => allowances.length > 0).map(({ zone }) => zone);
  if (zones.length === 0) return null;
  return { zones: [...new Set(zones)], list: async () => allowancesOf(teams, await payees()) };
}

/**
 * The configured allowances, one for each account. Somebody who is named gets that instead of what
 * all members get; somebody in two teams that of the first which has one for them.
 */
export function allowancesOf(
  teams: NonNullable<Config['teams']>,
  payees: readonly Payee[],
): Allowance[] {
  const configured = teams.flatMap(({ name: team, zone, allowances }) =>
    allowances.map(({ to, ...allowance }) => {
      const grant = { ...allowance, zone };
      if (to === 'team') return { rank: 0, kind: 'team', names: [team], grant };
      const members = membersOf(team, payees);
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

/** Also those by a user group, whom the configuration does not name. */
function membersOf(team: string, payees: readonly Payee[]): string[] {
  const [teamId] = payees.find(({ kind, name }) => kind === 'team' && name === team)?.teamIds ?? [];
  return payees
    .filter(({ kind, teamIds }) => kind === 'person' && teamIds.some((id) => id === teamId))
    .map(({ name }) => name);
}
