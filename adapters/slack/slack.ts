import { App, HTTPReceiver } from '@slack/bolt';
import type { Inbox } from '../../core/delivery.ts';
import type { Commands } from '../../core/invocation.ts';
import type { Chat, Clock, Log } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import { createSlackChat } from './chat.ts';
import { toFault } from './faults.ts';
import { createHome } from './home.ts';
import { listen } from './listeners.ts';
import { eventsPath } from './manifest.ts';
import type { IdentityOf } from './names.ts';
import { createPace } from './pace.ts';
import { keepingVotes } from './receiver.ts';
import { createConnection } from './socket.ts';
import { createWebClient, toSlackLogger } from './web-client.ts';

export type SlackOptions = {
  botToken: Secret;
  /** Null: Slack sends signed HTTP instead of keeping a socket open. */
  appToken: Secret | null;
  signingSecret: Secret | null;
  apiUrl: string;
};

export type SlackDeps = {
  inbox: Inbox;
  commands: Commands;
  identityOf: IdentityOf;
  clock: Clock;
  log: Log;
};

export type Slack = {
  chat: Chat;
  /** What answers Slack's signed requests; null: Socket Mode. */
  requests: { path: string; listener: HTTPReceiver['requestListener'] } | null;
  /** Stays connected until the signal aborts, whatever Slack does. */
  run(signal: AbortSignal): Promise<void>;
};

/** Slack as a chat of ours: what people say comes in by Bolt, what we say goes out by its Web API. */
export function createSlack(options: SlackOptions, deps: SlackDeps): Slack {
  const { botToken, appToken, signingSecret, apiUrl } = options;
  const { inbox, clock, log } = deps;
  const client = createWebClient(botToken, { apiUrl, log });
  const home = createHome({ ...deps, client });
  const chat = createSlackChat({
    ...deps,
    client,
    pace: createPace(clock),
    showHome: home.show,
    refreshHome: home.refresh,
  });
  const self = createSelf({ client, clock, log });
  const logger = toSlackLogger(log);
  const connection = appToken && createConnection({ appToken, apiUrl, clock, log });
  const http =
    connection === null
      ? new HTTPReceiver({
          signingSecret: signingSecret?.reveal() ?? '',
          endpoints: eventsPath,
          logger,
        })
      : null;
  const receiver = connection?.receiver ?? http;
  if (receiver === null) throw new Error('there is one way or the other');
  const app = new App({
    receiver: keepingVotes(receiver, { inbox, botUserId: () => self.userId }),
    // Asked once, by ourselves: Bolt would ask before each of the first events, and fail them.
    authorize: async () => ({
      botToken: botToken.reveal(),
      ...(self.botId === null ? {} : { botId: self.botId }),
      ...(self.userId === null ? {} : { botUserId: self.userId }),
    }),
    clientOptions: { slackApiUrl: apiUrl },
    convoStore: false,
    logger,
  });
  app.error(async (error) => log.error('Slack was not answered', { error }));
  listen(app, { ...deps, client, home, chat });
  return {
    chat,
    requests: http && { path: eventsPath, listener: http.requestListener },
    async run(signal) {
      await Promise.all([self.learn(signal), connection?.run(signal)]);
    },
  };
}

/** Who we are on Slack, once it says so: our own reactions are no votes. */
function createSelf(deps: { client: ReturnType<typeof createWebClient>; clock: Clock; log: Log }) {
  const { client, clock, log } = deps;
  const self = {
    userId: null as string | null,
    botId: null as string | null,
    async learn(signal: AbortSignal): Promise<void> {
      for (let pause = 1000; self.userId === null && !signal.aborted; pause *= 2) {
        try {
          const { user_id: userId, bot_id: botId, team, user } = await client.auth.test();
          self.userId = userId ?? null;
          self.botId = botId ?? null;
          log.info('Slack knows us', { team, user });
        } catch (error) {
          // It ends with what to do where there is something to be done here.
          log.error('Slack does not know us yet', { why: toFault(error).facts.detail });
          await clock.sleep(Math.min(pause, 60_000), signal);
        }
      }
    },
  };
  return self;
}
