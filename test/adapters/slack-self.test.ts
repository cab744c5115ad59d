import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSlack } from '../../adapters/slack/slack.ts';
import { secretOf } from '../../core/secret.ts';
import { noCommands } from '../support/console.ts';
import { quietLog } from '../support/site.ts';
import { openLab } from '../support/slack/lab.ts';
import { noon } from '../support/world.ts';

let slack: Awaited<ReturnType<typeof openLab>>;

beforeEach(async () => {
  slack = await openLab();
});

afterEach(() => slack.close());

it('who we are is asked ever more slowly, until Slack says it', async () => {
  const slept: number[] = [];
  const logged: string[] = [];
  const end = new AbortController();
  const log = (text: string) => {
    // Asked on, it would never end.
    if (text === 'Slack knows us' && logged.includes(text)) end.abort();
    logged.push(text);
  };
  slack.trouble.failApi({ method: 'auth.test', status: 503, times: 8 });
  const { run } = createSlack(
    {
      botToken: secretOf(slack.tokens.bot),
      appToken: null,
      signingSecret: secretOf('x'),
      apiUrl: slack.apiUrl,
    },
    {
      inbox: { take: async () => undefined } as never,
      commands: noCommands,
      identityOf: async () => null,
      clock: { now: () => noon, sleep: async (millis) => void slept.push(millis) },
      log: { ...quietLog, info: log, error: log },
    },
  );
  await run(end.signal);
  expect(slept).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000));
  expect(logged.filter((text) => text === 'Slack does not know us yet')).toHaveLength(8);
  expect(logged.slice(8)).toEqual(['Slack knows us']);
});
