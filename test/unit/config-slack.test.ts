import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigMistakes, loadConfig, type SlackSettings } from '../../bot/config.ts';

const load = (variables: Record<string, string>) =>
  loadConfig({ DIBS_CONFIG: 'dibs.example.yaml', ...variables });

function mistakes(variables: Record<string, string>): readonly string[] {
  try {
    load(variables);
  } catch (error) {
    if (error instanceof ConfigMistakes) return error.mistakes;
    throw error;
  }
  return [];
}

const botToken = 'xoxb-1-2-abc';
const appToken = 'xapp-1-A1-2-abc';
const signingSecret = '8f742231b10e8888abcd99baac67a5ff';

describe('the tokens of Slack', () => {
  const tokens = (variables: Record<string, string>) => {
    const { slack } = load(variables);
    return slack && { ...slack, ...revealed(slack) };
  };
  const revealed = ({ botToken, appToken, signingSecret }: SlackSettings) => ({
    botToken: botToken.reveal(),
    appToken: appToken?.reveal() ?? null,
    signingSecret: signingSecret?.reveal() ?? null,
  });

  it('are a bot token with one for Socket Mode, or with a signing secret', () => {
    expect(tokens({})).toBeNull();
    expect(tokens({ SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken })).toEqual({
      botToken,
      appToken,
      signingSecret: null,
      apiUrl: 'https://slack.com/api/',
    });
    const http = { SLACK_BOT_TOKEN: botToken, SLACK_SIGNING_SECRET: signingSecret };
    const apiUrl = 'https://slack-gov.com/api';
    expect(tokens({ ...http, SLACK_API_URL: apiUrl })).toEqual({
      botToken,
      appToken: null,
      signingSecret,
      apiUrl: 'https://slack-gov.com/api/',
    });
  });

  it('are for Socket Mode where both ways are given', () => {
    const SLACK_SIGNING_SECRET = signingSecret;
    const both = { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET };
    expect(tokens(both)).toMatchObject({ appToken, signingSecret: null });
  });

  it('are in no JSON and no print of the settings', () => {
    const variables = { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken };
    const { slack } = load(variables);
    expect(JSON.stringify(slack) + inspect(slack, { depth: 9 })).not.toMatch(/xoxb|xapp/);
  });

  it.each([
    [{ SLACK_BOT_TOKEN: 'xoxp-1' }, 'SLACK_BOT_TOKEN', 'begins with xoxb-'],
    [{ SLACK_BOT_TOKEN: appToken }, 'SLACK_BOT_TOKEN', 'begins with xoxb-'],
    [{ SLACK_APP_TOKEN: botToken }, 'SLACK_APP_TOKEN', 'begins with xapp-'],
    [{ SLACK_BOT_TOKEN: 'xoxb-…', SLACK_APP_TOKEN: appToken }, 'SLACK_BOT_TOKEN', 'the whole'],
    [{ SLACK_APP_TOKEN: 'xapp-…', SLACK_BOT_TOKEN: botToken }, 'SLACK_APP_TOKEN', 'a whole'],
    [{ SLACK_SIGNING_SECRET: 'secret' }, 'SLACK_SIGNING_SECRET', 'App Credentials'],
    [{ SLACK_BOT_TOKEN: botToken }, 'SLACK_APP_TOKEN', 'or SLACK_SIGNING_SECRET'],
    [{ SLACK_APP_TOKEN: appToken }, 'SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN is of no use'],
    [{ SLACK_SIGNING_SECRET: signingSecret }, 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET is of no'],
    [{ SLACK_API_URL: 'nowhere' }, 'SLACK_API_URL', 'https://slack.com/api/'],
  ])('that are %j are a mistake, told without the token', (variables, path, words) => {
    const found = mistakes(variables);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`environment: ${path}: `);
    expect(found[0]).toContain(words);
    expect(found[0]).not.toContain(Object.values(variables)[0]);
  });
});
