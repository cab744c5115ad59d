export type ImportTimes = { totalMs: number; byPackage: ReadonlyMap<string, number> };

const shown = 12;

/** Sums up what `python -X importtime` prints: microseconds by itself, with what it imports, name. */
export function importTimes(printed: string): ImportTimes {
  const byPackage = new Map<string, number>();
  let totalMs = 0;
  for (const [, self, name = ''] of printed.matchAll(/^import time: +(\d+) \| +\d+ \| *(\S+)$/gm)) {
    const top = name.split('.')[0] ?? name;
    byPackage.set(top, (byPackage.get(top) ?? 0) + Number(self) / 1000);
    totalMs += Number(self) / 1000;
  }
  return { totalMs, byPackage };
}

/** The packages that take longest to be imported, on either side. */
export function heaviestOf(first: ImportTimes, second: ImportTimes) {
  return [...new Set([...first.byPackage.keys(), ...second.byPackage.keys()])]
    .map((name) => ({
      name,
      first: first.byPackage.get(name) ?? 0,
      second: second.byPackage.get(name) ?? 0,
    }))
    .toSorted((a, b) => Math.max(b.first, b.second) - Math.max(a.first, a.second))
    .slice(0, shown);
}
