import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/databases.ts';
import { createQuickClock } from '../support/quick-clock.ts';
import { createTalk, expectAlive } from '../support/slack-talk.ts';
import { alice, bob, carol, type SlackTeam, startSlackTeam } from '../support/slack-team.ts';

const [dora, secret, old] = ['UDORA', 'CSECRET', 'COLD'];

describe('a process whose Slack has troubles', () => {
  let team: SlackTeam;
  beforeAll(async () => {
    const { url } = await createTestDatabase();
    team = await startSlackTeam({
      clock: createQuickClock(),
      more: ['dora'],
      admins: ['alice', 'dora'],
      credits: 2000,
      env: { DIBS_LOG: 'info', DATABASE_URL: url },
    });
    const members = [alice, bob, carol, dora];
    team.slack.addChannel({ id: secret, name: 'secret', members, isPrivate: true });
    team.slack.addChannel({ id: old, name: 'old', members });
  });
  afterAll(() => team?.close());
  const { direct, answerTo, untilPost, posts } = createTalk(() => team);

  const openings = () =>
    team.slack.calls.filter(({ method }) => method === 'apps.connections.open');
  /** How long it took until it asked for a new connection, and had one. */
  async function reconnected(act: () => void): Promise<number> {
    const [before, since] = [openings().length, Date.now()];
    act();
    await team.slack.until(() => openings().length > before && team.slack.connections() > 0);
    return Date.now() - since;
  }

  it('connects again at once when Slack moves the connection', async () => {
    for (const reason of ['warning', 'refresh_requested'] as const) {
      // The library of Slack would take five seconds.
      expect(await reconnected(() => team.slack.trouble.disconnect(reason))).toBeLessThan(4500);
      await team.dibs.logged(`reason: '${reason}'`);
      expect(await answerTo(bob, 'balance')).toContain('Balance of vision');
    }
    await expectAlive(team);
  });

  it('waits as long as Slack wants it to, and then says it once', async () => {
    const { slack } = team;
    const before = posts().length;
    const since = slack.calls.length;
    slack.trouble.rateLimit({ method: 'chat.postMessage', seconds: 3, times: 2 });
    slack.trouble.rateLimit({ method: 'users.info', seconds: 2, times: 1 });
    expect(await answerTo(carol, 'start a100 1h')).toContain('starts on');
    await untilPost('<@UCAROL> · ');
    const times = (name: string) =>
      slack.calls.slice(since).flatMap(({ method, at }) => (method === name ? [at] : []));
    const gaps = (all: number[]) => all.slice(1).map((at, i) => at - (all[i] ?? 0));
    expect(Math.min(...gaps(times('chat.postMessage').slice(0, 3)))).toBeGreaterThanOrEqual(2950);
    expect(Math.min(...gaps(times('users.info').slice(0, 2)))).toBeGreaterThanOrEqual(1950);
    expect(posts()).toHaveLength(before + 1);
    await answerTo(carol, 'stop');
    await expectAlive(team);
  });

  it.each([
    [secret, 'from which it was removed'],
    [old, 'that was archived'],
  ])('goes on directly with who started in a channel %s', async (channel) => {
    const { slack, dibs } = team;
    const there = createTalk(() => team, channel);
    const cannot = (person: string) =>
      direct(person).filter(({ words }) => words.includes(`I cannot post in <#${channel}>`));
    await there.answerTo(bob, 'start a100 1h');
    const session = await there.untilPost('<@UBOB> · ');
    await team.until(() => there.again(session).buttons.includes('Open'));
    const name = /([a-z]+-[a-z]+) \(simulated\)/.exec(session.words)?.[1] ?? '?';
    await (channel === secret
      ? slack.trouble.kick(channel, 'nothing')
      : slack.trouble.archive(channel));

    const inDirect = () =>
      direct(bob).filter(
        ({ words, threadTs }) => threadTs === null && words.includes(`${name} (simulated)`),
      );
    await answerTo(bob, `extend ${name} 1h`);
    await team.until(() => inDirect().some(({ words }) => words.includes('20 credits')));
    expect(inDirect()[0]?.buttons).toContain('Extend +1 h');
    for (const admin of [alice, dora]) {
      await team.until(() => cannot(admin).length > 0);
      expect(cannot(admin)[0]?.words).toContain('/invite @Dibs');
    }
    await answerTo(bob, `extend ${name} 1h`);
    await team.until(() => inDirect().some(({ words }) => words.includes('30 credits')));
    if (channel === secret) {
      expect(await there.answerTo(carol, 'start a100 1h')).toContain('starts on');
      await team.until(() => direct(carol).some(({ words }) => words.includes('<@UCAROL> · ')));
    }
    await answerTo(bob, `stop ${name}`);
    await team.until(() => inDirect().some(({ words }) => words.includes('Ended: stopped')));
    expect(inDirect()).toHaveLength(1);
    expect([cannot(alice).length, cannot(dora).length, cannot(bob).length]).toEqual([1, 1, 0]);
    expect(dibs.ending()).toBeNull();
    await expectAlive(team);
  });

  it('says what to do about too many connections, and tries ever more slowly', async () => {
    const { slack, dibs } = team;
    const from = dibs.log().length;
    const pauses = [];
    for (let time = 0; time < 2; time += 1)
      pauses.push(await reconnected(() => slack.trouble.disconnect('too_many_websockets')));
    await dibs.logged('Stop those that should not run', from);
    expect(pauses[1]).toBeGreaterThan((pauses[0] ?? 0) + 500);
    expect(await answerTo(bob, 'balance')).toContain('Balance of vision');
    await expectAlive(team);
  });

  it('says what to do about a token that was revoked, and works again with it', async () => {
    const { slack, dibs } = team;
    const from = dibs.log().length;
    slack.trouble.revokeAppToken();
    await team.logged('Turn it on at api.slack.com/apps under Socket Mode', from);
    await team.logged('Slack does not accept SLACK_APP_TOKEN', from);
    await expectAlive(team);
    slack.trouble.restoreTokens();
    await team.until(() => slack.connections() > 0);
    expect(await answerTo(bob, 'balance')).toContain('Balance of vision');

    await slack.trouble.revokeTokens();
    await team.logged('Slack has taken our tokens back', from);
    expect(await answerTo(bob, 'start a100 1h')).toContain('starts on');
    await team.logged('a notice was not delivered', from);
    expect(dibs.log().slice(from)).toContain('token_revoked. At api.slack.com/apps');
    await expectAlive(team);
    slack.trouble.restoreTokens();
    await untilPost('<@UBOB> · ');
    await answerTo(bob, 'stop');
  });
});

describe('a process', () => {
  it('ends in order while it connects anew to Slack', async () => {
    const { url } = await createTestDatabase();
    const team = await startSlackTeam({ env: { DIBS_LOG: 'info', DATABASE_URL: url } });
    const { slack, dibs } = team;
    const from = dibs.log().length;
    slack.trouble.slowApi(20_000);
    slack.trouble.disconnect('refresh_requested');
    await dibs.logged('Slack moves the connection', from);
    const since = Date.now();
    await dibs.stop();
    expect(dibs.ending()).toBe(0);
    expect(Date.now() - since).toBeLessThan(9000);
    expect(dibs.log().slice(from)).not.toMatch(/unhandled/i);
    await team.close();
  });
});
