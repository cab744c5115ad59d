import { type BookDifference, type BookSize, bookFigures } from '../../core/audit.ts';
import type { Message } from '../../core/message.ts';
import { creditsOf, sentence } from './words.ts';

const integer = new Intl.NumberFormat('en');

/** What the self-check found, with each difference in a row, or the first of them. */
export function renderCheck(
  differences: readonly BookDifference[],
  { accounts, transfers, sessions, requests }: BookSize,
  mostRows = differences.length,
): Message {
  const looked = [
    counted(accounts, 'account'),
    counted(transfers, 'transfer'),
    counted(sessions, 'session'),
    counted(requests, 'request'),
  ].join(', ');
  if (differences.length === 0) return sentence('good', `The book adds up: ${looked}.`);
  const more = differences.length - mostRows;
  return {
    title: `The book does not add up: ${counted(differences.length, 'difference')}`,
    tone: 'bad',
    parts: [
      { kind: 'text', text: [`Looked at ${looked}.`] },
      {
        kind: 'table',
        columns: [
          { name: 'Of', align: 'left' },
          { name: 'Figure', align: 'left' },
          { name: 'Recorded', align: 'right' },
          { name: 'Recomputed', align: 'right' },
          { name: 'Off by', align: 'right' },
          { name: 'In ticks', align: 'right' },
        ],
        rows: differences.slice(0, mostRows).map(rowOf),
      },
      ...(more > 0 ? [{ kind: 'text', text: [`And ${counted(more, 'other')}.`] } as const] : []),
    ],
  };
}

/** Credits are rounded in words, so that a difference of one tick shows only in ticks. */
function rowOf({ of, figure, recorded, recomputed }: BookDifference): string[] {
  const by = recorded - recomputed;
  const sign = by > 0n ? '+' : '−';
  const size = by > 0n ? by : -by;
  if (bookFigures[figure] === 'count')
    return [of, figure, `${recorded}`, `${recomputed}`, `${sign}${size}`, ''];
  const ticks = `${integer.format(recorded)} ≠ ${integer.format(recomputed)}`;
  const off = `${sign}${creditsOf(size)}`;
  return [of, figure, creditsOf(recorded), creditsOf(recomputed), off, ticks];
}

function counted(count: number, what: string): string {
  return `${integer.format(count)} ${what}${count === 1 ? '' : 's'}`;
}
