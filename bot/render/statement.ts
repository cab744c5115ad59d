import type { Message, MessagePart } from '../../core/message.ts';
import type { Ticks } from '../../core/money.ts';
import type { Statement, StatementLine } from '../../core/view.ts';
import { figure, movementWords, signedFigure, statementTitle, zoned } from './movement.ts';
import { code } from './words.ts';

/** As many as people read in a chat. */
const mostLines = 50;
const mostWordsCharacters = 80;

/** The table, from the opening balance to the closing one: every row adds up with the one above. */
export function renderStatement(statement: Statement): Message {
  const { during, zone, opening, lines, closing, account } = statement;
  const earlier = lines.slice(0, -mostLines);
  const amounts = lines.map(({ amount }) => amount);
  const columns = [
    { name: 'No.', align: 'right' },
    { name: 'When', align: 'left' },
    { name: 'What', align: 'left' },
    { name: 'Credits', align: 'right' },
    { name: 'Balance', align: 'right' },
  ] as const;
  const rows = [
    ['', '', 'opening balance', '', figure(opening)],
    ...earlierRow(earlier),
    ...lines
      .slice(-mostLines)
      .map((line) => [
        String(line.number),
        zoned(line.at, zone)
          .toPlainDateTime()
          .toString({ smallestUnit: 'minute' })
          .replace('T', ' '),
        shortened(movementWords(line)),
        signedFigure(line.amount),
        figure(line.balanceAfter),
      ]),
    ['', '', 'closing balance', '', figure(closing)],
  ];
  const fields = [
    { name: 'In', value: [signedFigure(sum(amounts.filter((amount) => amount > 0n)))] },
    { name: 'Out', value: [signedFigure(sum(amounts.filter((amount) => amount < 0n)))] },
    { name: 'Times in', value: [zone] },
  ];
  const isCut: MessagePart[] =
    earlier.length === 0
      ? []
      : [
          {
            kind: 'text',
            text: [
              `These are the latest ${mostLines} of ${lines.length} movements. All of them: `,
              code(`/gpu history ${account.name} ${during.name} --csv`),
            ],
          },
        ];
  return {
    title: statementTitle(statement),
    tone: 'neutral',
    parts: [{ kind: 'table', columns, rows }, { kind: 'fields', fields }, ...isCut],
  };
}

/** Those that are not shown, as one. */
function earlierRow(earlier: readonly StatementLine[]): string[][] {
  const last = earlier.at(-1);
  if (last === undefined) return [];
  const moved = sum(earlier.map(({ amount }) => amount));
  return [['', '', `${earlier.length} earlier`, signedFigure(moved), figure(last.balanceAfter)]];
}

function sum(amounts: readonly Ticks[]): Ticks {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

function shortened(words: string): string {
  return words.length <= mostWordsCharacters
    ? words
    : `${words.slice(0, mostWordsCharacters - 1)}…`;
}
