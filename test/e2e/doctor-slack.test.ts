import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { botScopes, manifestOf } from '../../adapters/slack/manifest.ts';
import { dibsHere, runDibs } from '../support/dibs-command.ts';
import { type SlackServer, startSlackServer } from '../support/slack-server.ts';

let slack: SlackServer;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dibs-doctor-'));
});
afterEach(async () => {
  await slack.close();
  await rm(folder, { recursive: true, force: true });
});

/** A workspace with one of everything, and the app with these scopes. */
async function open({ mode = 'socket', scopes = [...botScopes] as string[] } = {}) {
  const commands = [{ name: 'start', examples: ['start a100 2h'] }];
  const requestUrl = mode === 'socket' ? null : 'https://dibs.example.org';
  const manifest = manifestOf({ commands, requestUrl });
  const granted = { oauth_config: { scopes: { bot: scopes } } };
  slack = await startSlackServer({ manifest: { ...manifest, ...granted } });
  slack.addPerson({ id: 'UALICE', name: 'alice', standing: 'member' });
  slack.addPerson({ id: 'UBOB', name: 'bob', standing: 'guest' });
  slack.addPerson({ id: 'UCAROL', name: 'carol', standing: 'member' }).isDeactivated = true;
  slack.addPerson({ id: 'USAM', name: 'sam', standing: 'stranger' });
  slack.addChannel({ id: 'CLAB', name: 'gpu-lab', members: ['UALICE'] });
  slack.addChannel({ id: 'COPEN', name: 'open', members: ['UALICE'], withBot: false });
  slack.addChannel({ id: 'COLD', name: 'old', members: ['UALICE'] });
  const secret = { members: ['UALICE'], isPrivate: true, withBot: false };
  slack.addChannel({ id: 'CSECRET', name: 'secret', ...secret });
  slack.addGroup({ id: 'S0000001', handle: 'ml-team', members: ['UALICE', 'UBOB'] });
}

/** What it says of each subject, the advice behind an arrow on the same line. */
async function doctor(yaml: string, settings: Record<string, string> = {}, run = dibsHere) {
  await writeFile(join(folder, 'dibs.yaml'), yaml);
  const { exitCode, stdout, stderr } = await run(folder, 'doctor', {
    DIBS_FLEET: 'simulated',
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.tokens.bot,
    SLACK_APP_TOKEN: slack.tokens.app,
    ...settings,
  });
  expect(stderr + stdout).not.toMatch(/xoxb-\w|xapp-\w/);
  const lines = stdout.replace(/\n +→/g, ' →').replace(/ +/g, ' ').split('\n');
  return { exitCode, slack: lines.filter((line) => / (Slack|Clock) /.test(line.slice(1, 8))) };
}

/** A port that was free a moment ago. */
async function addressOfNobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/`;
}

const team = (more: string, people = '{name: alice, slack: UALICE}') =>
  `teams: [{name: lab, people: [${people}], ${more}}]`;

describe('npx dibs doctor, of Slack,', () => {
  it('finds everything well that is well, and changes nothing there', async () => {
    await open();
    const found = await doctor(
      team('channels: [slack:CLAB], approval: {channel: slack:CLAB}, slack: {members: ml-team}'),
      {},
      runDibs,
    );
    expect(found.slack).toEqual([
      '✓ Slack bot “Dibs” in the workspace “lab”',
      `✓ Slack scopes all ${botScopes.length} are granted`,
      '✓ Slack socket Socket Mode can connect',
      '✓ Slack channel #gpu-lab (CLAB, team lab)',
      '✓ Slack people 1 of 1 may use Dibs',
      '✓ Slack group @ml-team (members of lab): 2 people',
      '✓ Clock within a minute of Slack',
    ]);
    expect(found.exitCode).toBe(0);
    expect(
      slack.calls.filter(({ method }) => /post|open\b|join|invite/.test(method)),
    ).toMatchObject([{ method: 'apps.connections.open' }]);
    expect(slack.connections()).toBe(0);
  });

  it('says which scopes are missing, and what works without them is still looked at', async () => {
    const without = ['usergroups:read', 'users:read'];
    await open({ scopes: botScopes.filter((scope) => !without.includes(scope)) });
    const { exitCode, slack: lines } = await doctor(team('slack: {members: ml-team}'));
    expect(exitCode).toBe(1);
    expect(lines[1]).toContain('✗ Slack scopes users:read, usergroups:read are missing → ');
    expect(lines[1]).toContain('re-install the app under Install App');
    expect(lines).toContainEqual(expect.stringContaining('Slack says missing_scope: users:read'));
    expect(lines).toContainEqual(expect.stringContaining('missing_scope: usergroups:read'));
  });

  it('says of each channel whether Dibs can use it', async () => {
    await open();
    await slack.trouble.archive('COLD');
    const channels = ['COPEN', 'COLD', 'CSECRET', 'CNONE'].map((id) => `slack:${id}`);
    const { exitCode, slack: lines } = await doctor(team(`channels: [${channels}]`));
    expect(exitCode).toBe(1);
    expect(lines.filter((line) => line.includes('channel'))).toEqual([
      expect.stringMatching(/^– .*#open \(COPEN, team lab\).* is no member → .*\/invite @Dibs/),
      expect.stringMatching(/^✗ .*#old .* is archived → Unarchive it/),
      expect.stringMatching(
        /^✗ .*CSECRET \(team lab\) is none that Dibs can see → .*\/invite @Dibs/,
      ),
      expect.stringMatching(/^✗ .*CNONE /),
    ]);
  });

  it('says who cannot use it, and which user group there is not', async () => {
    await open();
    const people = ['alice', 'bob', 'carol', 'sam', 'nobody'].map(
      (name) => `{name: ${name}, slack: U${name.toUpperCase()}}`,
    );
    const groups = 'slack: {members: [ML-Team, typo], admins: S0000001}';
    const { exitCode, slack: lines } = await doctor(team(groups, people.join()));
    expect(exitCode).toBe(1);
    expect(lines.filter((line) => /people|person|group/.test(line))).toEqual([
      '✓ Slack people 1 of 5 may use Dibs',
      expect.stringMatching(/^✗ .*bob \(UBOB, @bob\) is a guest → Only full members/),
      expect.stringMatching(/^✗ .*carol \(UCAROL, @carol\) is deactivated → /),
      expect.stringMatching(/^✗ .*sam \(USAM, @sam\) is a guest → /),
      expect.stringMatching(/^✗ .*nobody: nobody has the id UNOBODY → /),
      '✓ Slack group @ml-team (members of lab): 2 people',
      expect.stringMatching(/^✗ .*there is no user group typo \(members of lab\) → /),
      '✓ Slack group @ml-team (admins of lab): 2 people',
    ]);
  });

  it('says which token is wrong, and where the right one is', async () => {
    await open();
    const wrong = { SLACK_BOT_TOKEN: 'xoxb-', SLACK_APP_TOKEN: 'xapp-' };
    const other = Object.entries(wrong).map(([name, prefix]) => [name, `${prefix}-other`]);
    const found = await doctor(team(''), Object.fromEntries(other), runDibs);
    expect(found.exitCode).toBe(1);
    expect(found.slack.slice(0, 2)).toEqual([
      expect.stringMatching(/^✗ Slack bot Slack says invalid_auth → .*Bot User OAuth Token/),
      expect.stringMatching(/^✗ Slack socket Slack says invalid_auth → .*connections:write/),
    ]);
    await slack.trouble.revokeTokens();
    const revoked = await doctor(team(''));
    expect(revoked.slack[0]).toContain('✗ Slack bot Slack says token_revoked → ');
  });

  it('with signed HTTP leaves to Slack what only Slack can say', async () => {
    await open({ mode: 'http' });
    const SLACK_SIGNING_SECRET = slack.tokens.signingSecret;
    const http = await doctor(team(''), { SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET });
    expect(http.exitCode).toBe(0);
    expect(http.slack[2]).toMatch(/^– Slack HTTP .*Event Subscriptions, Request URL/);
    // An app that was made for HTTP has no sockets.
    const sockets = await doctor(team(''));
    expect(sockets.slack[2]).toMatch(/^✗ Slack socket .*socket_mode_not_enabled → .*turn it on/);
  });

  it('says that it does not answer, or wants to be asked later', async () => {
    await open();
    slack.trouble.rateLimit({ method: 'auth.test', seconds: 30, times: 1 });
    expect((await doctor(team(''))).slack[0]).toContain('Slack wants to be asked later');
    const address = { SLACK_API_URL: await addressOfNobody() };
    const away = await doctor(team(''), address, runDibs);
    expect([away.exitCode, away.slack[0]]).toEqual([
      1,
      expect.stringMatching(/^✗ Slack bot Slack does not answer: .*refused.* → /i),
    ]);
  });

  it('says that this machine’s clock is off, since Slack refuses old signatures then', async () => {
    await open();
    const tomorrow = createServer((_request, response) => {
      response.setHeader('date', new Date(Date.now() + 86_400_000).toUTCString());
      response.end(JSON.stringify({ ok: false, error: 'invalid_auth' }));
    });
    await new Promise<void>((resolve) => tomorrow.listen(0, '127.0.0.1', resolve));
    const { port } = tomorrow.address() as AddressInfo;
    const found = await doctor(team(''), { SLACK_API_URL: `http://127.0.0.1:${port}` });
    expect(found.slack.at(-1)).toMatch(/^✗ Clock this machine is 86\d\d\d s behind Slack → .* NTP/);
    await new Promise((resolve) => tomorrow.close(resolve));
  });

  it('needs a token where teams are made of user groups, and else only mentions it', async () => {
    await open();
    const none = { SLACK_BOT_TOKEN: '', SLACK_APP_TOKEN: '' };
    const groups = await doctor(team('slack: {members: ml-team}'), none);
    expect([groups.exitCode, groups.slack[0]]).toEqual([
      1,
      expect.stringContaining(
        '✗ Slack dibs.yaml names user groups, and there is no SLACK_BOT_TOKEN',
      ),
    ]);
    const channels = await doctor(team('channels: [slack:CLAB]'), none);
    expect([channels.exitCode, channels.slack[0]]).toEqual([
      0,
      expect.stringContaining('– Slack dibs.yaml speaks of it'),
    ]);
  });
});
