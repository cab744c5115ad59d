import { quietLog } from './site.ts';

/** A log that keeps the texts of what is worth a warning. */
export function keptLog() {
  const lines: string[] = [];
  const keep = (text: string) => void lines.push(text);
  return { lines, log: { ...quietLog, warn: keep, error: keep } };
}
