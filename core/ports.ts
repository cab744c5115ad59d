import type { Standing } from './entity.ts';
import type { Address, Message, MessageRef } from './message.ts';

/**
 * What the rules need of the outside. Each port has one conformance suite in test/contract/ that
 * runs over every implementation. Every call takes a signal or has a deadline of its own, and
 * throws only `Fault`.
 */
export type Clock = {
  now(): Date;
  /** Resolves after that many milliseconds, or at once when the signal aborts. Never rejects. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
};

/** UUIDv7: made by the caller, sortable by time. */
export type NewId = () => string;

type LogFields = Record<string, unknown>;

/** A log line is static text with fields as data. */
export type Log = {
  debug(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  warn(text: string, fields?: LogFields): void;
  error(text: string, fields?: LogFields): void;
};

/** Places messages in one chat platform. */
export type Chat = {
  /** Least time between two edits of one message that the platform bears. */
  editSeconds: number;
  /** Whether what is said under a message of ours is out of the others' way. */
  hasThreads: boolean;
  post(posted: Post, signal: AbortSignal): Promise<MessageRef>;
  /** Replaces the content of our own message. */
  update(ref: MessageRef, message: Message, signal: AbortSignal): Promise<void>;
  /** What somebody is there, and where what they ask for in that channel is to be said. */
  introduce(
    asker: { externalId: string; channel: string },
    signal: AbortSignal,
  ): Promise<{ standing: Standing; channel: string }>;
};

export type Post = {
  to: Address;
  message: Message;
  /** The same key posts once, asides excepted: who reads them twice is not harmed. */
  key: string;
  /** It may have been posted under this key before, so that is looked for first. */
  isRepeat: boolean;
  /** Under which other message of ours, where the platform has threads; null: on its own. */
  thread: MessageRef | null;
};

/** Somebody in a user group of a chat platform, as it calls them. */
export type GroupMember = { externalId: string; handle: string };

export type UserGroups = {
  /**
   * The full members in each of these groups, by their ids or handles: no guest, no bot, nobody of
   * another workspace. All or nothing: throws chat_refused where there is no such group.
   */
  membersOf(
    groups: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly GroupMember[]>>;
};

/** A catalogue entry: what a session runs. */
export type Image = {
  /** How people say it: `pytorch`. */
  name: string;
  /** How the engine finds it: `dibs/pytorch-cuda:2.9`. */
  reference: string;
  /** Built on the host from `images/` with these build arguments if absent; null: pulled. */
  build: Readonly<Record<string, string>> | null;
  /** The CUDA that it brings, `12.8`: what a host's driver must be able to run. Null: none. */
  cuda: string | null;
  /** The compute capabilities that its PyTorch was compiled for, `7.5` to `12.0`; null: whichever. */
  compute: { least: string; most: string } | null;
};

/** A public key that opens a person's sessions, as a line of `authorized_keys`. */
export type SshKey = { id: string; publicKey: string };

/** Where a session's SSH server is reached. */
export type SshAddress = { host: string; port: number };

/** What the image's own check found in a session. */
export type Verdict = {
  ok: boolean;
  torch: string | null;
  /** Whether PyTorch can compute on a GPU there, and by which CUDA. */
  cuda: boolean;
  cudaVersion: string | null;
  devices: readonly string[];
  checks: readonly { name: string; ok: boolean; seconds: number; detail: string | null }[];
  freeDiskBytes: number | null;
  jupyter: string | null;
};

export type ContainerSpec = {
  sessionId: string;
  /** Two short words, `brave-otter`: the container's host name and part of its base URL. */
  sessionName: string;
  /** Whose volume is mounted at /workspace. */
  personId: string;
  image: Image;
  /** UUIDs of exactly the devices that it must see; empty: no GPU at all. */
  deviceUuids: readonly string[];
  /** Part of the host's memory, CPUs and pids that it may use, over 0 and at most 1. */
  share: number;
  /** Jupyter's token. Reaches the container as a file, never through environment or argv. */
  token: string;
  /** They alone open its SSH. */
  sshKeys: readonly SshKey[];
  /** Whether the image checks itself before it is ready. */
  check: boolean;
};

export type StartProgress =
  /** Bytes of the layers known so far; total grows while more layers are announced. */
  | { stage: 'pulling'; doneBytes: number; totalBytes: number }
  | { stage: 'building'; step: number; steps: number }
  | { stage: 'creating' }
  /** The container runs; devices are checked and Jupyter is waited for. */
  | { stage: 'booting' }
  | { stage: 'checking' };

export type StartedContainer = {
  containerId: string;
  /** Jupyter's address with its base path and a trailing slash, without the token. */
  url: string;
  /** Null: the image has no SSH server. */
  ssh: SshAddress | null;
  /** Null: no check was asked for. */
  verdict: Verdict | null;
};

export type ObservedContainer = {
  sessionId: string;
  containerId: string;
  state: 'created' | 'running' | 'exited';
  /** By the host's clock, not ours. Null unless running or exited. */
  startedAt: Date | null;
  finishedAt: Date | null;
  exitCode: number | null;
  /** The kernel ended its first process for want of memory. */
  outOfMemory: boolean;
  /** As `StartedContainer.url`; ports may change when the engine restarts. Null unless running. */
  url: string | null;
  ssh: SshAddress | null;
};

export type DeviceProcess = { pid: number; name: string; memoryMib: number };

export type DeviceSample = {
  utilizationPercent: number | null;
  memoryUsedMib: number;
  temperatureCelsius: number | null;
  powerWatts: number | null;
  processes: DeviceProcess[];
};

export type ObservedDevice = {
  uuid: string;
  /** The host's own numbering; it moves after a reset, so nothing is addressed by it. */
  index: number;
  /** nvidia-smi's name: `NVIDIA A100-SXM4-80GB`. */
  model: string;
  memoryMib: number;
  sample: DeviceSample;
};

export type Inventory = {
  /** Name and version: `docker 28.5.1`. */
  engine: string;
  /** True: nothing here is real, and whatever is shown says so. */
  simulated: boolean;
  driver: string | null;
  cuda: string | null;
  cpus: number;
  memoryBytes: number;
  /** Empty on a host without GPUs. */
  devices: ObservedDevice[];
};

/**
 * Containers on one host. Every call finds the work done, half done or not begun, and finishes it:
 * the caller repeats after a crash. Only what carries this installation's label is seen or touched.
 */
export type Spawner = {
  /** Containers of ours. Throws host_unreachable: a silent host is never an empty one. */
  observe(signal: AbortSignal): Promise<ObservedContainer[]>;
  inventory(signal: AbortSignal): Promise<Inventory>;
  /**
   * Pulls or builds the image if absent, creates and starts the container, checks from inside that
   * it sees exactly its devices, and resolves when Jupyter's /api/status answers 200 to the token
   * and the check that was asked for is through, whatever it found.
   * Aborted or failed, it may leave a container behind: `stop` removes it.
   */
  start(
    spec: ContainerSpec,
    onProgress: (progress: StartProgress) => void,
    signal: AbortSignal,
  ): Promise<StartedContainer>;
  /** From now on these keys alone open the SSH of a running session. */
  admitKeys(sessionId: string, keys: readonly SshKey[], signal: AbortSignal): Promise<void>;
  /** Asks it to end, waits the grace, removes it. Resolves when it is gone; keeps the volume. */
  stop(sessionId: string, graceSeconds: number, signal: AbortSignal): Promise<void>;
  /** Lets go of connections, timers and the probe. */
  close(): Promise<void>;
};
