/**
 * What can go wrong outside. An adapter translates its library's error into one of these once;
 * nobody further in looks at message text.
 */
export type FaultCode =
  | 'host_unreachable' // no answer, connection refused, TLS refused: we do not know what runs there
  | 'deadline_passed' // an outside call or a start took longer than its limit
  | 'image_missing' // the registry answered: no such image or tag
  | 'pull_failed' // the registry or the disk got in the way, or the image did not build
  | 'gpu_runtime_missing' // the engine cannot hand GPUs to containers
  | 'device_missing' // the engine does not know a device, or shows other devices inside
  | 'container_exited' // it ended before it was ready
  | 'disk_full'
  | 'engine_refused' // any other no of the engine
  | 'chat_unreachable' // no answer: what we said may have been posted, or not
  | 'chat_busy' // it wants to be asked later: what we said was not posted
  | 'chat_channel_lost' // archived, gone, or we are not in it
  | 'chat_refused' // any other no of the chat
  | 'aborted'; // we called it off ourselves

export type FaultFacts = {
  /** The host it happened on, where there is one. */
  host?: string;
  /** What the other side said, fit for a person to read: one line, no secrets. */
  detail?: string;
  /** The last lines that the container printed before it ended. */
  logTail?: string;
  exitCode?: number;
  /** Seconds after which the other side wants to be asked again. */
  retryAfterSeconds?: number;
};

/** The outside failed. Expected refusals are returned values; this one is thrown. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  readonly facts: FaultFacts;

  constructor(code: FaultCode, facts: FaultFacts = {}, cause?: unknown) {
    super(facts.detail ? `${code}: ${facts.detail}` : code, { cause });
    this.code = code;
    this.facts = facts;
  }
}
