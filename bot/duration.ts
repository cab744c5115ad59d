import parse from 'parse-duration';

/** `2h`, `90m`, `1h30m`, `1,5 h`, `2 hours` to whole seconds, one at least; null if it is none. */
export function parseDuration(text: string): number | null {
  // The library passes over what it does not know, so the shape is checked first.
  if (!/^\s*(\d+([.,]\d+)?\s*[a-zµ]+[\s,]*)+$/i.test(text)) return null;
  const units = [...text.matchAll(/[a-zµ]+/gi)].map(([unit]) => unit);
  if (!units.every((unit) => parse(`1${unit}`) !== null)) return null;
  // A comma between digits divides them for half of the world; for the library it is nothing.
  const milliseconds = parse(text.replace(/(?<=\d),(?=\d)/g, '.'));
  const seconds = Math.round((milliseconds ?? 0) / 1000);
  return seconds > 0 && Number.isSafeInteger(seconds) ? seconds : null;
}

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** As people write it: `1d 2h`, `1h 30m`, `45s`. The two largest units that are not zero. */
export function formatDuration(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds));
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join(' ') || '0s';
}

/** To the second: `1h 12m 5s`. */
export function formatExactDuration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const parts = [hours > 0 && `${hours}h`, minutes > 0 && `${minutes}m`];
  if (seconds % 60 > 0 || seconds === 0) parts.push(`${seconds % 60}s`);
  return parts.filter((part) => part !== false).join(' ');
}
