import type { Image } from '../../../core/ports.ts';

/** Where a process dies: before or after one outside call, or while the engine works on it. */
export type KillPoint =
  | `${'before' | 'after'}:${string}`
  | `at:${'creating' | 'booting'}`
  | `during:${'do_stop'}`;

export type Phase = {
  /** What is asked for, with the same request key in each life; NAME is the session's. */
  command: string;
  goal: 'running' | 'extended' | 'ended';
  points: readonly KillPoint[];
};

const around = (call: string): KillPoint[] => [`before:${call}`, `after:${call}`];

/** One session's life, with every step of it at which the process can die. */
export const phases: readonly Phase[] = [
  {
    command: 'start a100 1h',
    goal: 'running',
    points: [
      ...around('start'),
      ...around('claim_start'),
      'before:do_start',
      'at:creating',
      'at:booting',
      'after:do_start',
      ...around('report_ready'),
      'before:note_sent',
    ],
  },
  { command: 'extend NAME 30m', goal: 'extended', points: around('extend') },
  {
    command: 'stop NAME',
    goal: 'ended',
    points: [
      ...around('stop'),
      ...around('claim_stop'),
      'before:do_stop',
      'during:do_stop',
      'after:do_stop',
      ...around('report_stopped'),
    ],
  },
];

export const killsInALife = phases.flatMap(({ points }) => points).length;

/** What a life of the process is told, as JSON on its standard input. */
export type Life = {
  databaseUrl: string;
  socketPath: string;
  address: string;
  probeImage: string;
  imagesFolder: string;
  image: Image;
  requestKey: string;
  command: string;
  goal: Phase['goal'];
  kill: KillPoint | null;
  /** By how much its clock is ahead of the machine's. */
  aheadSeconds: number;
};
