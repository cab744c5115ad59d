import type { Account } from '../../core/entity.ts';
import type { Balance, Statement, StatementLine } from '../../core/view.ts';
import { noon } from './world.ts';

/** A team's balance with nothing in it: tests name only what matters. */
export function aBalance({
  posted = 0n,
  held = 0n,
  expiring = 0n,
  ...facts
}: Partial<
  Omit<Balance, 'account'> & Pick<Account, 'posted' | 'held' | 'expiring'>
> = {}): Balance {
  return {
    account: { id: 'account-1', kind: 'team', name: 'lab', posted, held, expiring },
    zone: 'UTC',
    holds: [],
    chargedThisMonth: 0n,
    chargedLastWeek: 0n,
    openedAt: null,
    ...facts,
  };
}

/** Twenty credits that alice granted. */
export function aLine(facts: Partial<StatementLine> = {}): StatementLine {
  return {
    number: 1,
    at: noon,
    kind: 'grant',
    amount: 72_000_000n,
    balanceAfter: 72_000_000n,
    reason: 'for the demo',
    other: 'issuer',
    session: null,
    person: null,
    actor: 'alice',
    reverses: null,
    request: null,
    ...facts,
  };
}

/** That of March, as far as its lines go. */
export function aStatement({
  lines = [],
  opening = 0n,
  ...facts
}: Partial<Omit<Statement, 'closing'>> = {}): Statement {
  return {
    account: aBalance().account,
    zone: 'UTC',
    during: {
      name: '2026-03',
      from: new Date('2026-03-01T00:00:00Z'),
      until: new Date('2026-04-01T00:00:00Z'),
    },
    opening,
    lines,
    closing: lines.at(-1)?.balanceAfter ?? opening,
    ...facts,
  };
}
