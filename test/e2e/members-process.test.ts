import { expect, it } from 'vitest';
import { manifestOf } from '../../adapters/slack/manifest.ts';
import { startDibsProcess } from '../support/dibs-process.ts';
import { startSlackServer } from '../support/slack-server.ts';
import { gpu } from '../support/terminal.ts';

it('a team that is nothing but a user group of Slack is let in soon after the start', async () => {
  const commands = [{ name: 'start', examples: ['start a100 2h'] }];
  const slack = await startSlackServer({ manifest: manifestOf({ commands, requestUrl: null }) });
  slack.addPerson({ id: 'UDORA', name: 'dora', standing: 'member' });
  slack.addPerson({ id: 'UBOB', name: 'bob', standing: 'guest' });
  slack.addGroup({ id: 'S0000001', handle: 'ml-team', members: ['UDORA', 'UBOB'] });
  const team = '{name: lab, credits: 50, slack: {members: "@ml-team"}}';
  const dibs = await startDibsProcess({
    files: { 'dibs.yaml': `teams: [${team}]` },
    env: {
      SLACK_BOT_TOKEN: slack.tokens.bot,
      SLACK_APP_TOKEN: slack.tokens.app,
      SLACK_API_URL: slack.apiUrl,
      // Names are enough for the terminal then.
      DIBS_CONSOLE: 'on',
    },
  });
  try {
    const balanceOf = (name: string) => gpu(dibs.url, name, 'balance');
    let said = await balanceOf('dora');
    while (said.exitCode !== 0) said = await balanceOf('dora');
    expect(said.stdout).toContain('50');
    expect((await balanceOf('bob')).exitCode).toBe(1);
  } finally {
    await dibs.stop();
    await slack.close();
  }
});
