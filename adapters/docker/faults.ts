import type { FaultCode } from '../../core/fault.ts';
import { Fault } from '../../core/fault.ts';

/**
 * What dockerode threw, as a Fault. The engine tells its troubles apart by message text only, so
 * this is the one place that reads it.
 */
export function toFault(error: unknown, host: string): Fault {
  if (error instanceof Fault) return error;
  const text = textOf(error);
  if (statusOf(error) !== null) {
    return new Fault(codeOfAnswer(text), { host, detail: `${host}: ${reasonIn(text)}` }, error);
  }
  return new Fault('host_unreachable', { host, detail: `${host}: ${adviceFor(error)}` }, error);
}

/** The Fault for trouble that arrived in a stream of progress, after a good status. */
export function toStreamFault(message: string, host: string, otherwise: FaultCode): Fault {
  const code = codeOfAnswer(message);
  const detail = `${host}: ${reasonIn(message)}`;
  return new Fault(code === 'engine_refused' ? otherwise : code, { host, detail });
}

/** The engine's HTTP status inside an error or the cause of a Fault; null: it never answered. */
export function statusOf(error: unknown): number | null {
  const source = error instanceof Fault ? error.cause : error;
  if (!(source instanceof Error && 'statusCode' in source)) return null;
  return typeof source.statusCode === 'number' ? source.statusCode : null;
}

/** The engine knows no GPU driver at all, rather than having trouble with one. */
export function lacksGpuDriver(error: unknown): boolean {
  return error instanceof Fault && NO_DRIVER.test(textOf(error.cause));
}

/** Awaits work that may find itself done already: one of these statuses then counts as success. */
export async function tolerating(statuses: readonly number[], work: Promise<unknown>) {
  try {
    await work;
  } catch (error) {
    const status = statusOf(error);
    if (status === null || !statuses.includes(status)) throw error;
  }
}

const NO_DRIVER = /could not select device driver/i;

const answers: readonly [RegExp, FaultCode][] = [
  [NO_DRIVER, 'gpu_runtime_missing'],
  [/unknown device|unresolvable CDI devices/i, 'device_missing'],
  [/nvidia-container|nvidia-ctk|libnvidia/i, 'gpu_runtime_missing'],
  [/no space left on device|disk quota exceeded/i, 'disk_full'],
  [/manifest unknown|manifest for .* not found|pull access denied|No such image/i, 'image_missing'],
];

function codeOfAnswer(text: string): FaultCode {
  return answers.find(([pattern]) => pattern.test(text))?.[1] ?? 'engine_refused';
}

const MAX_DETAIL = 300;

/** The telling line: container start errors wrap it in several layers of runtime chatter. */
function reasonIn(text: string): string {
  if (NO_DRIVER.test(text)) {
    return 'the engine cannot hand out GPUs: install nvidia-container-toolkit there and restart Docker';
  }
  const line = /nvidia-container-cli[^\n]*/.exec(text)?.[0] ?? text.trim().split('\n')[0] ?? '';
  return line.replace(/: unknown\s*$/, '').slice(0, MAX_DETAIL);
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const body = 'json' in error ? error.json : null;
  if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message);
  // Where the answer was to be a stream, the library has its text in the message only.
  return error.message.replace(/^\(HTTP code \d+\) [^-]*- /, '');
}

const advice: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: is Docker running?',
  ENOENT: 'there is no such socket: is Docker running?',
  EACCES: 'no permission to use the socket: is this user in the group docker?',
  ENOTFOUND: 'the host name is not known',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the host',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host name',
};

/** TLS libraries name certificate troubles by many codes; they all end in the same advice. */
function adviceFor(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const text = textOf(error);
  const known = advice[code];
  if (known) return `${known} (${code})`;
  if (/CERT|SIGNED|SIGNATURE|SSL|TLS/.test(code)) return `TLS was refused: ${text} (${code})`;
  return `no connection: ${text}`;
}
