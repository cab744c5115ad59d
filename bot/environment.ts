import { z } from 'zod';

const portAsked = 'write a port such as 8080';

/** Settings of the process, and where its secrets come from. The README's table is made of this. */
export const environment = z.object({
  DIBS_PORT: z.coerce
    .number({ error: portAsked })
    .int({ error: portAsked })
    .min(0, { error: portAsked })
    .max(65_535, { error: portAsked })
    .default(8080)
    .describe('Port of the console and the HTTP API.'),
  DIBS_BIND: z.string().default('127.0.0.1').describe('Address to listen on.'),
  DIBS_DATA: z.string().min(1).default('./data').describe('Folder of the embedded database.'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, { message: 'write postgres://user:password@host:5432/dibs' })
    .optional()
    .describe('Postgres server, 15 or newer. Absent: the embedded database.'),
  DIBS_CONFIG: z
    .string()
    .min(1)
    .optional()
    .describe('Configuration file. Absent: ./dibs.yaml if there is one.'),
  DIBS_FLEET: z
    .enum(['auto', 'docker', 'simulated'])
    .default('auto')
    .describe(
      'Without hosts in the configuration: `auto` takes this machine’s Docker engine, or a simulated fleet where none answers.',
    ),
  DIBS_CONSOLE: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe(
      'The trial page, on which whoever reaches the port may speak as anybody. `auto`: only when listening on loopback, and without Slack.',
    ),
  DIBS_LOG: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least level that is logged, as JSON lines on standard error.'),
  DOCKER_CONFIG: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder of Docker’s own settings, where `dibs images push` finds its login. Absent: `~/.docker`.',
    ),
  SLACK_BOT_TOKEN: z
    .string()
    .regex(/^xoxb-[\w.-]+$/, {
      message:
        'write the whole Bot User OAuth Token, which begins with xoxb- (your app → Install App)',
    })
    .optional()
    .describe('Bot User OAuth Token of the Slack app, `xoxb-…`. Absent: no Slack.'),
  SLACK_APP_TOKEN: z
    .string()
    .regex(/^xapp-[\w.-]+$/, {
      message:
        'write a whole App-Level Token, which begins with xapp- (your app → Basic Information → App-Level Tokens)',
    })
    .optional()
    .describe(
      'App-Level Token, `xapp-…`: Slack is reached by Socket Mode, without a public address.',
    ),
  SLACK_SIGNING_SECRET: z
    .string()
    .regex(/^[0-9a-f]{32,}$/i, {
      message:
        'write the Signing Secret, 32 digits and letters a to f (your app → Basic Information → App Credentials)',
    })
    .optional()
    .describe(
      'Instead of an App-Level Token: Slack calls `/slack/events` on the port of Dibs, and this proves that it is Slack.',
    ),
  SLACK_API_URL: z
    .url({ protocol: /^https?$/, error: 'write https://slack.com/api/' })
    .default('https://slack.com/api/')
    .describe('Where Slack’s Web API is; for GovSlack `https://slack-gov.com/api/`.'),
});

export type Environment = z.output<typeof environment>;
