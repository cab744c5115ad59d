import { createSlack } from '../../../adapters/slack/slack.ts';
import type { Delivery } from '../../../core/delivery.ts';
import type { Chosen, Commands, Form } from '../../../core/invocation.ts';
import { secretOf } from '../../../core/secret.ts';
import { titled } from '../../contract/chat-messages.ts';
import { noCommands } from '../console.ts';
import { createJumpingClock } from '../jumping-clock.ts';
import type { SlackServer } from '../slack-server.ts';

const form: Form = {
  title: 'Start a session',
  submit: 'Start',
  fields: [
    {
      name: 'type',
      label: 'Type',
      options: [
        { value: 'a100', label: 'A100' },
        { value: 'h100', label: 'H100' },
      ],
      chosen: 'a100',
    },
  ],
  quote: titled('10 credits'),
};

export type ConnectedSlack = Awaited<ReturnType<typeof connectSlack>>;

/** The whole adapter, connected; what it was told, and commands that a test may change. */
export async function connectSlack(slack: SlackServer) {
  const taken: Delivery[] = [];
  const chosen: Chosen[] = [];
  const logged: string[] = [];
  const known = Promise.withResolvers<void>();
  const log = (text: string) => {
    logged.push(text);
    if (text === 'Slack knows us') known.resolve();
  };
  const answers: { take: () => Promise<void>; commands: Partial<Commands> } = {
    take: async () => undefined,
    commands: {
      home: async () => titled('Home of bob'),
      async startForm(_, some) {
        chosen.push(some);
        return { form };
      },
      startCommand: ({ type }) => `start ${type}`,
    },
  };
  const { bot, app } = slack.tokens;
  const ending = new AbortController();
  const { chat, run } = createSlack(
    {
      botToken: secretOf(bot),
      appToken: secretOf(app),
      signingSecret: null,
      apiUrl: slack.apiUrl,
    },
    {
      inbox: {
        async take(delivery: Delivery) {
          await answers.take();
          taken.push(delivery);
        },
      } as never,
      commands: {
        ...noCommands,
        home: (asker) => (answers.commands.home ?? noCommands.home)(asker),
        startForm: (asker, some) =>
          (answers.commands.startForm ?? noCommands.startForm)(asker, some),
        startCommand: (some) => (answers.commands.startCommand ?? noCommands.startCommand)(some),
      },
      identityOf: async () => null,
      clock: createJumpingClock(),
      log: { debug: log, info: log, warn: log, error: log },
    },
  );
  const running = run(ending.signal);
  await Promise.all([known.promise, slack.until(() => slack.connections() > 0)]);
  return {
    ...{ chat, taken, chosen, logged, answers },
    async end() {
      ending.abort();
      await running;
    },
  };
}
