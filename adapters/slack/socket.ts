import { SocketModeReceiver } from '@slack/bolt';
import type { Clock, Log } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import { innermost, slackError } from './faults.ts';
import { toSlackLogger } from './web-client.ts';

const longestPauseMillis = 60_000;
const connectMillis = 30_000;
/** A connection that lasted this long was a good one: the next is tried at once. */
const goodMillis = 10_000;

export type Connection = { receiver: SocketModeReceiver; run(signal: AbortSignal): Promise<void> };

/**
 * Socket Mode with our own reconnecting: the library's waits five seconds each time, and where
 * Slack refuses its token, it ends the process.
 */
export function createConnection(deps: {
  appToken: Secret;
  apiUrl: string;
  clock: Clock;
  log: Log;
}): Connection {
  const { appToken, apiUrl, clock, log } = deps;
  const receiver = new SocketModeReceiver({
    appToken: appToken.reveal(),
    autoReconnectEnabled: false,
    logger: toSlackLogger(log),
    installerOptions: {
      clientOptions: { slackApiUrl: apiUrl, timeout: 10_000, retryConfig: { retries: 0 } },
    },
  });
  const { client } = receiver;
  let reason: string | null = null;
  client.on('ws_message', (text: unknown) => {
    reason = disconnectReason(text) ?? reason;
  });

  async function connect(signal: AbortSignal): Promise<void> {
    const ended = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    const onEnd = () => ended.resolve();
    client.once('disconnected', onEnd);
    const end = () => void client.disconnect();
    const onAbort = () => {
      onEnd();
      aborted.resolve();
      end();
    };
    const deadline = setTimeout(end, connectMillis);
    signal.addEventListener('abort', onAbort);
    try {
      // It cannot be called off while it asks for an address, and connects when it has one.
      const started = client.start().then(() => {
        if (signal.aborted) end();
      });
      await Promise.race([started, aborted.promise]);
      clearTimeout(deadline);
      if (signal.aborted) return;
      log.info('connected to Slack');
      await ended.promise;
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', onAbort);
      client.off('disconnected', onEnd);
    }
  }

  return {
    receiver,
    async run(signal) {
      for (let failures = 0; !signal.aborted; ) {
        const since = clock.now().getTime();
        reason = null;
        const error = await connect(signal).then(
          () => null,
          (thrown: unknown) => thrown ?? new Error('the connection was closed at once'),
        );
        if (signal.aborted) return;
        const isGood = error === null && clock.now().getTime() - since >= goodMillis;
        const isMoved = error === null && isUsual(reason);
        failures = isGood ? Number(!isMoved) : failures + 1;
        sayWhy(log, { reason, error });
        const pause = failures === 0 ? 0 : Math.min(1000 * 2 ** (failures - 1), longestPauseMillis);
        await clock.sleep(pause, signal);
      }
    },
  };
}

/** Slack moves connections now and then; whatever else it says is somebody's to mend. */
function isUsual(reason: string | null): boolean {
  return reason === null || reason === 'warning' || reason === 'refresh_requested';
}

/** What an administrator is to do about it. */
const advice: Readonly<Record<string, string>> = {
  too_many_websockets:
    'More than ten processes are connected with this app token. Stop those that should not run, or make the app a token of its own.',
  link_disabled:
    'Socket Mode is off for this app. Turn it on at api.slack.com/apps under Socket Mode.',
  invalid_auth:
    'Slack does not accept SLACK_APP_TOKEN. Make a new one at api.slack.com/apps under Basic Information, App-Level Tokens, and restart Dibs.',
  not_allowed_token_type:
    'SLACK_APP_TOKEN must be an app-level token with connections:write: it begins with xapp-.',
  token_revoked:
    'SLACK_APP_TOKEN was revoked. Make a new one at api.slack.com/apps under Basic Information, App-Level Tokens, and restart Dibs.',
  account_inactive: 'The app was removed from the workspace. Install it again.',
};

function sayWhy(log: Log, { reason, error }: { reason: string | null; error: unknown }): void {
  const why = slackError(error) ?? reason;
  const todo = why === null ? undefined : advice[why];
  if (error === null && isUsual(reason)) log.info('Slack moves the connection', { reason });
  else if (todo !== undefined) log.error('there is no connection to Slack', { why, advice: todo });
  else {
    const said = why ?? innermost(error);
    log.warn('the connection to Slack was lost', { why: said });
  }
}

function disconnectReason(text: unknown): string | null {
  if (typeof text !== 'string' || !text.includes('"disconnect"')) return null;
  const { type, reason } = JSON.parse(text) as { type?: unknown; reason?: unknown };
  return type === 'disconnect' ? String(reason) : null;
}
