import type { Settings } from '../config.ts';

/** The settings of a command, those of the process unless given, and its two outputs. */
export type Shell = {
  settings?: Settings;
  out(text: string): void;
  err(text: string): void;
};
