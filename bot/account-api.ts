import type { Api, ApiRefused } from '../core/api.ts';
import { burnOf } from '../core/burn.ts';
import type { Person } from '../core/entity.ts';
import { parsePeriod, thisMonth } from '../core/period.ts';
import { toPlainJson } from '../core/plain-json.ts';
import type { Clock } from '../core/ports.ts';
import type { Refusal } from '../core/refusal.ts';
import type { Store } from '../core/store.ts';
import { type Balance, mostStatementLines, type Payee, type Statement } from '../core/view.ts';
import { findReadable, ownAccounts } from './commands/accounts.ts';
import { movementWords } from './render/movement.ts';
import { renderRefusal } from './render/refusal.ts';
import { statementFile } from './render/statement-file.ts';
import { plainText } from './render/words.ts';

type Deps = { store: Store; clock: Clock };

/** What accounts have and had, by the same rules as in chat. */
export function createAccountApi({ store, clock }: Deps): Pick<Api, 'balance' | 'statement'> {
  return {
    async balance(person, of) {
      const found = await accountOf(store, person, of);
      if ('refusal' in found) return refused(found.refusal);
      const balance = await store.balanceOf(found.value.accountId);
      return { balance: describeBalance(balance, clock.now()) };
    },
    async statement(person, { of, period, format }) {
      const found = await accountOf(store, person, of);
      if ('refusal' in found) return refused(found.refusal);
      const asked = period === null ? thisMonth : parsePeriod(period);
      if (asked === null) return refused({ kind: 'period_not_understood', typed: period ?? '' });
      const statement = await store.statementOf(found.value.accountId, asked);
      if (statement === null)
        return refused({ kind: 'statement_too_long', most: mostStatementLines });
      return format === 'csv'
        ? { file: statementFile(statement) }
        : { statement: describeStatement(statement) };
    },
  };
}

/** The team's where nobody is named. */
async function accountOf(
  store: Store,
  { id: personId, teamId, roles }: Person,
  of: string | null,
): Promise<{ value: Payee } | { refusal: Refusal }> {
  const asker = { store, personId, teamId, roles };
  if (of !== null) return findReadable(of, asker);
  return { value: ownAccounts(await store.payees(), asker).team };
}

function refused(refusal: Refusal): ApiRefused {
  const text = plainText(renderRefusal(refusal));
  return { kind: refusal.kind, text, refusal: toPlainJson(refusal) };
}

function describeBalance(balance: Balance, now: Date): unknown {
  const { account, zone, holds, chargedThisMonth, chargedLastWeek } = balance;
  const { name, posted, held, expiring } = account;
  const burn = burnOf(balance, now);
  return toPlainJson({
    account: name,
    zone,
    postedTicks: posted,
    heldTicks: held,
    availableTicks: posted - held,
    allowanceTicks: expiring,
    holds: holds.map(({ session, holder, amount }) => ({ session, holder, ticks: amount })),
    chargedThisMonthTicks: chargedThisMonth,
    chargedLastWeekTicks: chargedLastWeek,
    burnTicksPerDay: burn?.perDay ?? null,
    runsOutAt: burn?.runsOutAt ?? null,
  });
}

function describeStatement({ account, zone, during, ...statement }: Statement): unknown {
  return toPlainJson({
    account: account.name,
    zone,
    period: during,
    openingTicks: statement.opening,
    lines: statement.lines.map(({ amount, balanceAfter, actor, ...line }) => ({
      ...line,
      what: movementWords({ amount, balanceAfter, actor, ...line }),
      by: actor,
      ticks: amount,
      balanceAfterTicks: balanceAfter,
    })),
    closingTicks: statement.closing,
  });
}
