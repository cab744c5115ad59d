/** The value that this part of them, from 0 to 1, does not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}

/** The one in the middle, or half-way between the two there. */
export function median(values: readonly number[]): number {
  const reversed = values.map((value) => -value);
  return (quantile(values, 0.5) - quantile(reversed, 0.5)) / 2;
}

/** The same figures, unless one of them is none: a division by 0, or of nothing by nothing. */
export function checkFigures(figures: Record<string, number>): Record<string, number> {
  const wrong = Object.keys(figures).filter((name) => !Number.isFinite(figures[name]));
  if (wrong.length > 0) throw new Error(`could not be computed: ${wrong.join(', ')}`);
  return figures;
}

export function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}

/** Columns as wide as their widest cell, numbers to the right. */
export function printTable(rows: readonly (readonly (string | number)[])[]): void {
  const cells = rows.map((row) => row.map(String));
  const widths = (cells[0] ?? []).map((_, at) =>
    Math.max(...cells.map((row) => row[at]?.length ?? 0)),
  );
  for (const row of cells) {
    const line = row.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    );
    process.stdout.write(`${line.join('  ')}\n`);
  }
}
