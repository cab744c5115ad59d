import { stringify } from 'csv-stringify/sync';
import type { Message } from '../../core/message.ts';
import { type Ticks, ticksPerCredit } from '../../core/money.ts';
import type { Statement } from '../../core/view.ts';
import { figure, movementWords, statementTitle, zoned } from './movement.ts';

export function renderStatementFile(statement: Statement): Message {
  const { lines, opening, closing } = statement;
  const count =
    lines.length === 1 ? '1 movement' : `${lines.length.toLocaleString('en')} movements`;
  const text = [`${count}, from ${figure(opening)} to ${figure(closing)} credits.`];
  return {
    title: statementTitle(statement),
    tone: 'neutral',
    parts: [
      { kind: 'text', text },
      { kind: 'file', ...statementFile(statement) },
    ],
  };
}

/** For spreadsheets and scripts. The ticks are exact and add up; credits are those in decimals. */
export function statementFile(statement: Statement) {
  const { account, during, zone, lines } = statement;
  const records = lines.map((line) => ({
    number: line.number,
    at: zoned(line.at, zone).toString({ timeZoneName: 'never', fractionalSecondDigits: 3 }),
    kind: line.kind,
    what: movementWords(line),
    session: line.session,
    person: line.person,
    by: line.actor,
    amount: line.amount,
    ticks: line.amount,
    balance_after_ticks: line.balanceAfter,
    balance_after: line.balanceAfter,
  }));
  const inCredits = ['amount', 'balance_after'];
  const text = stringify(records, {
    header: true,
    columns: csvColumns,
    // A reason that begins like a formula is text; our own numbers are none the less numbers.
    escape_formulas: true,
    cast: {
      bigint: (ticks, { column }) =>
        inCredits.includes(String(column)) ? exactCredits(ticks) : String(ticks),
    },
  });
  const name = `dibs-${account.name}-${during.name}.csv`;
  return { name, mediaType: 'text/csv', text };
}

const csvColumns = [
  'number',
  'at',
  'kind',
  'what',
  'session',
  'person',
  'by',
  'amount',
  'ticks',
  'balance_after_ticks',
  'balance_after',
];

/** In credits with a point: all its places where they end, as is every sum of them; else six. */
export function exactCredits(ticks: Ticks): string {
  const size = ticks < 0n ? -ticks : ticks;
  const ends = size % 9n === 0n;
  const millionths = (2n * size * 1_000_000n + ticksPerCredit) / (2n * ticksPerCredit);
  const scaled = ends ? (size * 10_000_000n) / ticksPerCredit : millionths * 10n;
  const fraction = String(scaled % 10_000_000n)
    .padStart(7, '0')
    .replace(/0+$/, '');
  const sign = ticks < 0n && scaled > 0n ? '-' : '';
  return `${sign}${scaled / 10_000_000n}${fraction === '' ? '' : `.${fraction}`}`;
}
