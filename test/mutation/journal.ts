import { fileURLToPath } from 'node:url';

/** In a copy of the project: what its tests do, and which mutants they reach, in order. */
export const journal = fileURLToPath(new URL('../../../journal', import.meta.url));

/** A line of it; the lines of the probe are numbers. */
export type Entry =
  | { kind: 'queued'; file: string }
  | { kind: 'ended'; file: string; millis: number; passed: number; failed: string[] }
  | { kind: 'over'; errors: string[] };
