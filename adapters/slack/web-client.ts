import { type Logger, LogLevel, WebClient } from '@slack/web-api';
import type { Log } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';

const callMillis = 10_000;

/** Slack's Web API: each call once, within a deadline. The outbox repeats what it has to. */
export function createWebClient(
  token: Secret,
  { apiUrl, log }: { apiUrl: string; log: Log },
): WebClient {
  return new WebClient(token.reveal(), {
    slackApiUrl: apiUrl,
    timeout: callMillis,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: toSlackLogger(log),
  });
}

/** Slack's libraries say as a warning what the fault says that follows, so theirs is for debugging. */
export function toSlackLogger(log: Log): Logger {
  const say = (...words: unknown[]) => log.debug('slack', { words: words.map(String).join(' ') });
  return {
    debug: () => undefined,
    info: say,
    warn: say,
    error: say,
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
