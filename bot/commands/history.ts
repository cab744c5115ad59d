import { thisMonth } from '../../core/period.ts';
import { mostStatementLines } from '../../core/view.ts';
import { renderStatement } from '../render/statement.ts';
import { renderStatementFile } from '../render/statement-file.ts';
import { ownAccounts } from './accounts.ts';
import { accepted, command, refused } from './command.ts';

export const history = command({
  name: 'history',
  forGuests: false,
  summary: 'Show what came and went, what for and who decided it: a statement.',
  arguments: [
    { name: 'of', kind: 'account', required: false },
    { name: 'period', kind: 'period', required: false },
  ],
  flags: [{ name: '--csv', says: 'All of it, exactly, as a file for a spreadsheet.' }],
  examples: ['history', 'history last-week', 'history me 2026-03 --csv'],
  async run({ store, actor }, { of, period = thisMonth }, flags) {
    const account = of ?? ownAccounts(await store.payees(), actor).team;
    const statement = await store.statementOf(account.accountId, period);
    if (statement === null)
      return refused({ kind: 'statement_too_long', most: mostStatementLines });
    return accepted((flags.has('--csv') ? renderStatementFile : renderStatement)(statement));
  },
});
