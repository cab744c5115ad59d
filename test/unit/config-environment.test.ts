import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../bot/config.ts';

/** With those variables, and a file that says nothing. */
const load = (variables: Record<string, string>) =>
  loadConfig({ DIBS_CONFIG: '/dev/null', ...variables });

describe('the environment', () => {
  it('takes an empty variable for one that is not set', () => {
    const empty = { DIBS_PORT: '', DATABASE_URL: '', DIBS_DATA: '', DIBS_CONSOLE: '' };
    expect(load(empty)).toMatchObject({ port: 8080, databaseUrl: null, console: true });
  });

  it.each([
    ['127.0.0.1', 'auto', true],
    ['localhost', 'auto', true],
    ['::1', 'auto', true],
    ['0.0.0.0', 'auto', false],
    ['::', 'auto', false],
    ['192.168.1.2', 'auto', false],
    ['127.0.0.1', 'off', false],
    ['0.0.0.0', 'on', true],
  ])('bound to %s with the console %s has it: %s', (DIBS_BIND, DIBS_CONSOLE, expected) => {
    expect(load({ DIBS_BIND, DIBS_CONSOLE }).console).toBe(expected);
  });

  it('says where the process has its data and its database, and Docker its own settings', () => {
    const variables = { DATABASE_URL: 'postgres://dibs@db/dibs', DOCKER_CONFIG: '/etc/docker' };
    expect(load({ ...variables, DIBS_DATA: 'data' })).toMatchObject({
      databaseUrl: 'postgres://dibs@db/dibs',
      dockerFolder: '/etc/docker',
      dataFolder: resolve('data'),
    });
  });

  it('has no trial page beside Slack unless told so, wherever it is bound', () => {
    const slack = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };
    expect(load(slack).console).toBe(false);
    expect(load({ ...slack, DIBS_CONSOLE: 'on' }).console).toBe(true);
  });
});
