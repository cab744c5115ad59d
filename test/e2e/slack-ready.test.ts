import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DibsProcess, startDibsProcess } from '../support/dibs-process.ts';
import { createTalk } from '../support/slack-talk.ts';
import { bob, type SlackTeam, startSlackTeam } from '../support/slack-team.ts';

/** Slack is one of several faces: without it sessions run, and the HTTP API answers. */
describe('Dibs, while Slack is away', () => {
  let team: SlackTeam;
  let later: DibsProcess | null = null;
  let token = '';
  beforeAll(async () => {
    team = await startSlackTeam();
    token = /dibs_[\w-]+/.exec(await answerTo(bob, 'token'))?.[0] ?? '';
  });
  afterAll(async () => {
    await later?.stop();
    await team?.close();
  });
  const { answerTo } = createTalk(() => team);

  async function expectReady({ url, ending }: DibsProcess): Promise<void> {
    for (const path of ['/healthz', '/readyz']) {
      const answer = await fetch(url + path);
      expect([path, answer.status, await answer.json()]).toEqual([path, 200, { ok: true }]);
    }
    const answer = await fetch(`${url}/api/commands`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ text: 'balance' }),
    });
    expect(await answer.json()).toMatchObject({ ok: true });
    expect(ending()).toBeNull();
  }

  it('is alive and ready, and connects again when Slack is back', async () => {
    const { slack, dibs } = team;
    await slack.trouble.outage(true);
    await dibs.logged('the connection to Slack was lost');
    await expectReady(dibs);
    await slack.trouble.outage(false);
    await team.until(() => slack.connections() > 0);
    expect(await answerTo(bob, 'balance')).toContain('Balance of vision');
  });

  it('starts all the same, is ready, and connects when Slack is there', async () => {
    const { slack, env, yaml } = team;
    await team.dibs.kill();
    await slack.trouble.outage(true);
    later = await startDibsProcess({ files: { 'dibs.yaml': yaml }, env });
    await later.logged('Slack does not know us');
    await expectReady(later);
    await slack.trouble.outage(false);
    await team.until(() => slack.connections() > 0);
    expect(await answerTo(bob, 'help')).toContain('/gpu start');
    await expectReady(later);
  });
});
