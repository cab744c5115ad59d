import type { NoticeKind } from './change.ts';
import type { EndReason } from './end-reason.ts';
import type { Account, Channel } from './entity.ts';
import type { MessageRef } from './message.ts';
import type { Ticks } from './money.ts';
import type { DeviceSample, StartProgress } from './ports.ts';
import type { DeviceState, HostState, SessionState } from './state.ts';

/** A session as it is shown. `url` and `token` are for its holder's eyes only. */
export type SessionView = {
  id: string;
  name: string;
  state: SessionState;
  /** Waits in line for devices. */
  queued: boolean;
  holder: { personId: string; name: string };
  team: { id: string; name: string; zone: string };
  account: string;
  deviceType: string;
  deviceCount: number;
  devices: readonly DeviceView[];
  hostId: string | null;
  host: string | null;
  simulated: boolean;
  image: string;
  leaseSeconds: number;
  ticksPerSecond: Ticks;
  /** Set aside while it lives; 0 after. */
  held: Ticks;
  /** What was charged at the end; null before, and where nothing was. */
  charged: Ticks | null;
  requestedAt: Date;
  activeAt: Date | null;
  until: Date | null;
  endedAt: Date | null;
  endReason: EndReason | null;
  faultDetail: string | null;
  progress: StartProgress | null;
  readySince: Date | null;
  readyMillis: number;
  url: string | null;
  /** Null for all but the holder. */
  token: string | null;
  channel: Channel;
  messageRef: MessageRef | null;
};

export type DeviceView = {
  uuid: string;
  index: number;
  type: string;
  model: string;
  memoryMib: number;
  sample: DeviceSample | null;
};

/** What is free, in use and waiting, now. */
export type Board = {
  hosts: readonly BoardHost[];
  queue: readonly SessionView[];
};

export type BoardHost = {
  name: string;
  state: HostState;
  simulated: boolean;
  engine: string | null;
  driver: string | null;
  cuda: string | null;
  seenAt: Date | null;
  fault: string | null;
  devices: readonly (DeviceView & {
    state: DeviceState;
    /** The session that has it. */
    session: { name: string; holder: string; state: SessionState; until: Date | null } | null;
  })[];
};

export type Balance = { account: Account; holds: readonly { session: string; amount: Ticks }[] };

/** An account whose figures are not what its transfers and holds add up to. */
export type BookDifference = {
  account: string;
  figure: 'posted' | 'held' | 'sum of the book';
  recorded: Ticks;
  recomputed: Ticks;
};

export type Notice = {
  id: string;
  kind: NoticeKind;
  sessionId: string;
  attempts: number;
  revision: number;
};
