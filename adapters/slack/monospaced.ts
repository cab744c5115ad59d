import { characters, lineOf, shortened } from './shortened.ts';

type Column = { name: string; align: 'left' | 'right' };

/**
 * A table as lines of one width for each column. Slack has a table block, but takes only one in a
 * message, none in a modal, and refuses the whole message else; a cell of it weighs some forty
 * characters of JSON, so that 64 devices would not fit at all. Lines go everywhere and weigh
 * nothing. What is wider than people's screens is broken within its own column.
 */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]) {
  const cells = [columns.map(({ name }) => name), ...rows].map((row) =>
    columns.map((_, at) => shortened(lineOf(row[at] ?? ''), mostCell)),
  );
  const widths = narrowed(
    columns.map((_, at) => Math.max(1, ...cells.map((row) => widthOf(row[at] ?? '')))),
  );
  return cells.flatMap((row) => rowLines(row, columns, widths));
}

/** A window of usual width shows this much without breaking lines, a phone half of it. */
const mostWidth = 76;
const leastColumn = 12;
const mostCell = 400;
const gap = '  ';

/** Columns of the terminal: full-width characters and emoji take two, marks none. */
function widthOf(text: string): number {
  return [...characters.segment(text)].reduce((sum, { segment }) => sum + widthOfOne(segment), 0);
}

function widthOfOne(character: string): number {
  if (/^[\p{M}\p{Cf}]+$/u.test(character)) return 0;
  return wide.test(character) || /\ufe0f/.test(character) ? 2 : 1;
}

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

/** Takes from the widest until all fit, or none can give more. */
function narrowed(widths: readonly number[]): number[] {
  let most = Math.max(...widths);
  const capped = () => widths.map((width) => Math.min(width, most));
  const total = () => capped().reduce((sum, width) => sum + width + gap.length, -gap.length);
  while (most > leastColumn && total() > mostWidth) most -= 1;
  return capped();
}

function rowLines(
  row: readonly string[],
  columns: readonly Column[],
  widths: readonly number[],
): string[] {
  const broken = row.map((cell, at) => brokenCell(cell, widths[at] ?? 1));
  const height = Math.max(1, ...broken.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map(({ align }, at) => padded(broken[at]?.[line] ?? '', widths[at] ?? 1, align))
      .join(gap)
      .trimEnd(),
  );
}

/** Between words where it can be. */
function brokenCell(cell: string, width: number): string[] {
  const lines: string[] = [];
  let rest = cell;
  while (widthOf(rest) > width) {
    const fitting = fittingPart(rest, width);
    const space = fitting.lastIndexOf(' ');
    const end = rest[fitting.length] === ' ' || space <= 0 ? fitting.length : space;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

/** One character at least. */
function fittingPart(text: string, width: number): string {
  let [end, used] = [0, 0];
  for (const { segment } of characters.segment(text)) {
    used += widthOfOne(segment);
    if (used > width && end > 0) break;
    end += segment.length;
  }
  return text.slice(0, end);
}

/** What is written from right to left is set apart, so that it cannot swap the columns. */
function padded(cell: string, width: number, align: Column['align']): string {
  const spaces = ' '.repeat(Math.max(0, width - widthOf(cell)));
  const shown = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(cell)
    ? `\u2068${cell}\u2069`
    : cell;
  return align === 'right' ? `${spaces}${shown}` : `${shown}${spaces}`;
}
