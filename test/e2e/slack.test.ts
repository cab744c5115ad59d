import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alice, bob, carol, lab, type SlackTeam, startSlackTeam } from '../support/slack-team.ts';

describe.each(['sockets', 'http'] as const)('a team in Slack, by %s', (mode) => {
  let team: SlackTeam;
  beforeAll(async () => {
    team = await startSlackTeam({ mode });
  });
  afterAll(() => team?.close());

  const seen = (person: string) => team.slack.messagesSeenBy(person, lab);
  const top = () =>
    seen(carol).filter(({ threadTs, isEphemeral }) => threadTs === null && !isEphemeral);
  const session = () => {
    const [message] = top();
    if (!message) throw new Error('no session has been posted');
    return message;
  };
  const thread = () => seen(carol).filter(({ threadTs }) => threadTs !== null);
  const whispers = (person: string) => seen(person).filter(({ isEphemeral }) => isEphemeral);
  /** What a press or a command makes Dibs say to that person alone. */
  async function told(person: string, say: () => Promise<unknown>): Promise<string> {
    const before = whispers(person).length;
    await say();
    await team.until(() => whispers(person).length > before);
    return whispers(person)
      .slice(before)
      .map(({ words }) => words)
      .join('\n');
  }
  const press = (person: string, label: string) => () => team.slack.press(person, session(), label);

  it('starts a session in one message, and gives its link to the holder alone', async () => {
    const { slack } = team;
    const started = await told(bob, async () => {
      expect(await slack.command(bob, lab, 'start a100 2h')).toMatchObject({ acked: true });
    });
    expect(started).toContain('20 credits held');
    await team.until(() => top()[0]?.buttons.includes('Open') === true);
    expect(top()).toHaveLength(1);
    expect(session().words).toContain('<@UBOB> · *a100-80gb* on gpu-1');
    expect(session().words).toContain('<!date^');
    expect(session().buttons).toEqual(['Open', 'nvidia-smi', 'Extend +1 h', 'Stop']);
    await team.until(() => whispers(bob).some(({ words }) => words.includes('is ready')));
    const link = whispers(bob).at(-1)?.words ?? '';
    expect(link).toMatch(/<http\S+token=\S+\|Open JupyterLab>/);
    expect(JSON.stringify([seen(carol), seen(alice)])).not.toContain('token=');
  });

  it('gives the link again on its button, to the holder and to nobody else', async () => {
    expect(await told(bob, press(bob, 'Open'))).toContain('token=');
    for (const other of [alice, carol])
      expect(await told(other, press(other, 'Open'))).toContain('Only bob may do that');
    expect(await told(carol, press(carol, 'nvidia-smi'))).toContain('(simulated)');
    expect(JSON.stringify([seen(carol), seen(alice)])).not.toContain('token=');
  });

  it('is extended and stopped by the holder and admins, and by others with a sentence', async () => {
    const { slack } = team;
    for (const label of ['Extend +1 h', 'Stop'])
      expect(await told(carol, press(carol, label))).toContain('Only bob or an admin may do that');
    expect(await told(alice, press(alice, 'Extend +1 h'))).toContain('1h more');
    await team.until(() => thread().some(({ words }) => words.includes('extended it by 1h')));
    await team.until(() => session().words.includes('30 credits'));
    // Asked whether they are sure, they may not be.
    expect(await slack.press(bob, session(), { label: 'Stop', confirms: false })).toBeNull();
    expect(await told(bob, press(bob, 'Stop'))).toContain('stopped by its holder');
    await team.until(() => session().words.includes('Ended: stopped by its holder'));
    expect(session().words).toMatch(/credits?\* from vision/);
    expect(session().buttons).toEqual([]);
    await team.until(() => thread().some(({ words }) => words.includes('ended')));
    expect(top()).toHaveLength(1);
  });

  it('edits a message at most every three seconds', () => {
    const edits = team.slack.calls.filter(({ method }) => method === 'chat.update');
    const gaps = edits.slice(1).map(({ at }, i) => at - (edits[i]?.at ?? 0));
    expect(edits.length).toBeGreaterThan(3);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2900);
  });

  it('shows who asks what they have on the Home tab, and brings it up to date', async () => {
    const { slack } = team;
    await slack.openHome(bob);
    await team.until(() => slack.viewsOf(bob).home !== null);
    const home = () => {
      const { home: view } = slack.viewsOf(bob);
      if (!view) throw new Error('there is no Home tab');
      return view;
    };
    await slack.press(bob, home(), 'Start a session');
    await team.until(() => (slack.viewsOf(bob).modal?.blocks.length ?? 0) > 2);
    const form = slack.viewsOf(bob).modal;
    if (!form) throw new Error('there is no form');
    expect(form.words).toMatch(/credits/);
    await slack.submit(bob, form);
    await team.until(() => home().words.includes('held') && home().buttons.includes('Stop'));
    await slack.press(bob, home(), 'Stop');
    await team.until(() => home().words.includes('stopped by its holder'));
  });
});
