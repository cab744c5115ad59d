import type { Settings } from '../config.ts';

/** Where a command is typed: its settings, absent those of the process, and where it writes to. */
export type Shell = {
  settings?: Settings;
  out(text: string): void;
  err(text: string): void;
};
