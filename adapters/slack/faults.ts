import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import { Fault, type FaultCode } from '../../core/fault.ts';
import type { Clock } from '../../core/ports.ts';
import { botAdvice } from './advice.ts';

/**
 * What Slack answers, by what it means to us: https://docs.slack.dev/reference/methods lists the
 * errors of each method. Whatever an administrator of the workspace can mend is waited for.
 */
const codes: Readonly<Record<string, FaultCode>> = {
  channel_not_found: 'chat_channel_lost',
  not_in_channel: 'chat_channel_lost',
  is_archived: 'chat_channel_lost',
  channel_is_archived: 'chat_channel_lost',
  restricted_action: 'chat_channel_lost',
  restricted_action_read_only_channel: 'chat_channel_lost',
  ratelimited: 'chat_busy',
  rate_limited: 'chat_busy',
  message_limit_exceeded: 'chat_busy',
  internal_error: 'chat_unreachable',
  fatal_error: 'chat_unreachable',
  service_unavailable: 'chat_unreachable',
  request_timeout: 'chat_unreachable',
  team_added_to_org: 'chat_unreachable',
  not_authed: 'chat_unreachable',
  invalid_auth: 'chat_unreachable',
  token_revoked: 'chat_unreachable',
  token_expired: 'chat_unreachable',
  account_inactive: 'chat_unreachable',
};

const busySeconds = 5;

/** Slack's error as ours. */
export function toFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof WebAPIRateLimitedError)
    return new Fault('chat_busy', { retryAfterSeconds: error.retryAfter }, error);
  if (error instanceof WebAPIPlatformError) {
    const { error: said } = error.data;
    const code = codes[said] ?? 'chat_refused';
    const todo = botAdvice[said];
    const detail = todo === undefined ? said : `${said}. ${todo}`;
    const retryAfterSeconds = code === 'chat_busy' ? { retryAfterSeconds: busySeconds } : {};
    return new Fault(code, { detail, ...retryAfterSeconds }, error);
  }
  if (error instanceof WebAPIHTTPError && error.statusCode < 500)
    return new Fault('chat_refused', { detail: `HTTP ${error.statusCode}` }, error);
  const detail = `Slack does not answer: ${innermost(error)}`;
  return new Fault('chat_unreachable', { detail }, error);
}

/** Of a call that never arrived, the libraries' own errors are around that which says why. */
export function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : innermost(error.cause);
}

/** Slack's own word for what it refused; null: something else went wrong. */
export function slackError(error: unknown): string | null {
  return error instanceof WebAPIPlatformError ? error.data.error : null;
}

/** Awaits a call of Slack's client, which has a deadline of its own, no longer than the signal. */
export async function calling<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw new Fault('aborted', {}, signal.reason);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new Fault('aborted', {}, signal.reason));
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([call(), aborted]);
  } catch (error) {
    throw toFault(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const mostWaits = 3;
const longestWaitSeconds = 10;

/**
 * As `calling`, for what goes with a message that has been posted: where Slack is busy it is waited
 * for. It never throws chat_busy, which would mean that nothing was posted.
 */
export async function patiently<T>(
  clock: Clock,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  for (let waits = 0; ; waits += 1) {
    try {
      return await calling(signal, call);
    } catch (error) {
      const fault = toFault(error);
      if (fault.code !== 'chat_busy') throw fault;
      const { retryAfterSeconds: seconds = 1 } = fault.facts;
      if (waits === mostWaits || seconds > longestWaitSeconds)
        throw new Fault('chat_unreachable', { detail: 'Slack stays busy' }, fault);
      await clock.sleep(seconds * 1000, signal);
    }
  }
}
