import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenView } from '../support/slack/sight.ts';
import { createTalk } from '../support/slack-talk.ts';
import { bob, carol, lab, type SlackTeam, startSlackTeam } from '../support/slack-team.ts';

describe('the form of a start in Slack', () => {
  let team: SlackTeam;
  beforeAll(async () => {
    team = await startSlackTeam({ credits: 100 });
  });
  afterAll(() => team?.close());
  const { untilPost, whispers, told } = createTalk(() => team);

  const modal = (person = bob): SeenView | null => team.slack.viewsOf(person).modal;
  const form = (): SeenView => {
    const shown = modal();
    if (!shown) throw new Error('there is no form');
    return shown;
  };
  const blockOf = (field: string): string => {
    const ids = form().blocks.map(({ block_id: id }) => String(id));
    const found = ids.find((id) => id.startsWith(`${field}:`));
    if (found === undefined) throw new Error(`there is no ${field} in ${ids}`);
    return found;
  };
  const choose = async (field: string, value: string, says: string): Promise<void> => {
    const chosen = await team.slack.fill(bob, form(), { [blockOf(field)]: value });
    expect(chosen?.acked).toBe(true);
    await team.until(() => form().words.includes(says));
  };

  it('opens at once on a bare command, and shows what is free and what it costs', async () => {
    expect(await team.slack.command(bob, lab, '')).toMatchObject({ acked: true, ackText: null });
    await team.until(() => (modal()?.blocks.length ?? 0) > 2);
    expect(form().title).toBe('Start a session');
    expect(form().words).toContain('a100-80gb · 4 of 4 free · 10 credits/h');
    expect(form().words).toContain('20 credits for 2h; only the seconds used are charged');
    expect(form().words).toContain('Starts at once on gpu-1 (simulated).');
    expect(whispers(bob)).toEqual([]);
  });

  it('quotes what is chosen, as it is chosen', async () => {
    await choose('type', 'rtx4090', 'on gpu-2');
    await choose('count', '2', '40 credits for 2h');
    await choose('duration', '4h', '80 credits for 4h');
    expect(form().words).toContain('20 credits of vision');
  });

  it('says before it is sent what would be refused', async () => {
    await choose('duration', '8h', 'That needs 160 credits, and vision has 100');
    const refused = await told(bob, () => team.slack.submit(bob, form()));
    expect(refused).toContain('60 credits short');
    expect(modal()).toBeNull();
  });

  it('starts exactly what was chosen, and answers where it was asked for', async () => {
    await team.slack.command(bob, lab, 'start');
    await team.until(() => (modal()?.blocks.length ?? 0) > 2);
    await choose('type', 'rtx4090', 'on gpu-2');
    await choose('count', '2', '40 credits for 2h');
    await choose('duration', '30m', '10 credits for 30m');
    const before = team.slack.calls.length;
    const started = await told(bob, () => team.slack.submit(bob, form()));
    expect(started).toMatch(/starts on gpu-2: 2 × rtx4090 for 30m, 10 credits held/);
    const since = team.slack.calls.slice(before).map(({ method }) => method);
    expect(since).not.toContain('chat.postEphemeral');
    const post = await untilPost('2 × rtx4090');
    expect(post.words).toContain('<@UBOB>');
  });

  it('cannot be opened so late, and says so', async () => {
    const { slack } = team;
    const before = whispers(carol).length;
    slack.trouble.failApi({ method: 'views.open', status: 500, times: 1 });
    const said = await slack.command(carol, lab, '');
    await team.until(() => whispers(carol).length > before);
    await slack.passTime(4);
    expect((await said.redeliver()).acked).toBe(true);
    await team.until(() => whispers(carol).length > before + 1);
    const errors = slack.calls.flatMap(({ error }) => (error === null ? [] : [error]));
    expect(errors).toContain('expired_trigger_id');
    for (const { words } of whispers(carol).slice(before))
      expect(words).toBe('That took too long for Slack to open a form. Try it once more, please.');
    expect(modal(carol)).toBeNull();
    await slack.command(carol, lab, '');
    await team.until(() => (modal(carol)?.blocks.length ?? 0) > 2);
  });
});
