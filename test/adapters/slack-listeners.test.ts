import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manifestOf } from '../../adapters/slack/manifest.ts';
import { commands } from '../../bot/commands/table.ts';
import type { Message } from '../../core/message.ts';
import { question, titled } from '../contract/chat-messages.ts';
import { aPost } from '../support/a-post.ts';
import { type ConnectedSlack, connectSlack } from '../support/slack/connected.ts';
import { anAction } from '../support/slack-rendered.ts';
import { type SlackServer, startSlackServer } from '../support/slack-server.ts';

const never = new AbortController().signal;
const [bob, lab] = ['UBOB', 'CLAB'];

let slack: SlackServer;
let app: ConnectedSlack;
beforeEach(async () => {
  slack = await startSlackServer({ manifest: manifestOf({ commands, requestUrl: null }) });
  slack.addPerson({ id: bob, name: 'bob', standing: 'member' });
  slack.addChannel({ id: lab, name: 'gpu-lab', members: [bob] });
  app = await connectSlack(slack);
});
afterEach(async () => {
  await app.end();
  await slack.close();
});

const modal = () => slack.viewsOf(bob).modal;
const away = () => Promise.reject(new Error('the database is away'));
const untilModal = (words: string) => slack.until(() => modal()?.words.includes(words) === true);

describe('a command', () => {
  it('is kept before Slack is told that it arrived, as it was typed', async () => {
    const delivered = await slack.command(bob, lab, '/gpu list  a100 &');
    expect(delivered).toMatchObject({ acked: true, ackText: null });
    expect(app.taken).toMatchObject([
      {
        kind: 'command',
        invocation: { platform: 'slack', externalId: bob, channel: lab, text: 'list  a100 &' },
        reply: expect.stringMatching(/^respond http/),
        press: null,
      },
    ]);
    expect(app.taken[0]).toHaveProperty('invocation.requestKey', `slack:${delivered.triggerId}`);
  });

  it('that could not be kept is told of at once, to its person alone', async () => {
    app.answers.take = away;
    const { ackText } = await slack.command(bob, lab, '/gpu list');
    expect(ackText).toContain('could not take that in time');
    expect(slack.messagesSeenBy(bob, lab)).toMatchObject([{ isEphemeral: true }]);
    expect(app.logged).toContain('what somebody said could not be kept');
  });

  it.each(['/gpu', '/gpu start', '/gpu  start '])('“%s” is asked for in a form', async (text) => {
    await slack.command(bob, lab, text);
    await untilModal('10 credits');
    expect(app.taken).toEqual([]);
    expect(modal()?.title).toBe('Start a session');
  });

  it('for which no form can be made says why in its place', async () => {
    app.answers.commands.startForm = async () => ({ message: titled('No credits') });
    await slack.command(bob, lab, '/gpu');
    await untilModal('No credits');
    app.answers.commands.startForm = away;
    await slack.command(bob, lab, '/gpu');
    await untilModal('Dibs cannot look that up just now');
  });

  it('whose trigger is too old is told to be tried once more', async () => {
    slack.trouble.failApi({ method: 'views.open', status: 503, times: 1 });
    await slack.command(bob, lab, '/gpu');
    await slack.until(() => slack.messagesSeenBy(bob, lab).length > 0);
    expect(slack.messagesSeenBy(bob, lab)[0]).toMatchObject({ isEphemeral: true });
    expect(slack.messagesSeenBy(bob, lab)[0]?.words).toContain('Try it once more');
    expect(modal()).toBeNull();
  });
});

it('a vote is kept once it is somebody’s, and our own emoji are none', async () => {
  const to = { kind: 'channel', channel: lab } as const;
  const { channel, message: ts } = await app.chat.post(aPost(to, question, 'k'), never);
  await slack.react(bob, { channel, ts }, 'x');
  expect(app.taken).toMatchObject([
    { kind: 'reaction', reaction: { externalId: bob, emoji: '❌' } },
  ]);
});

describe('a form', () => {
  it('follows what is chosen, and is kept as the command that was chosen', async () => {
    await slack.command(bob, lab, '/gpu');
    await untilModal('10 credits');
    const id = modal()?.id ?? '';
    const asked = slack.calls.length;
    await slack.fill(bob, { id }, { 'type:a100,h100': 'h100' });
    await slack.until(() =>
      slack.calls.slice(asked).some(({ method }) => method === 'views.update'),
    );
    expect(app.chosen).toEqual([{}, { type: 'h100' }]);
    const submitted = await slack.submit(bob, { id });
    expect(submitted.problem).toBeNull();
    expect(app.taken).toMatchObject([
      {
        invocation: { text: 'start h100', channel: lab, requestKey: `slack:view:${id}` },
        reply: expect.stringMatching(/^respond http/),
      },
    ]);
    expect(modal()).toBeNull();
  });

  it('that was asked for twice by one delivery is opened once, and nobody is told otherwise', async () => {
    const delivered = await slack.command(bob, lab, '/gpu');
    await untilModal('10 credits');
    await delivered.redeliver();
    await slack.until(() => slack.calls.some(({ error }) => error === 'exchanged_trigger_id'));
    // By then it has the answer of the other.
    await slack.command(bob, lab, '/gpu list');
    expect(app.logged.filter((text) => text.startsWith('a form'))).toEqual([]);
    expect(slack.messagesSeenBy(bob, lab)).toEqual([]);
  });

  it('that is not updated in time goes on as it is', async () => {
    await slack.command(bob, lab, '/gpu');
    await untilModal('10 credits');
    slack.trouble.failApi({ method: 'views.update', status: 503, times: 1 });
    await slack.fill(bob, { id: modal()?.id ?? '' }, { 'type:a100,h100': 'h100' });
    await slack.until(() => slack.calls.some(({ error }) => error === '503'));
    await slack.submit(bob, { id: modal()?.id ?? '' });
    expect(app.logged).toContain('a form was not updated');
    expect(app.logged).not.toContain('Slack was not answered');
  });

  it('that says nothing of where it was asked for is left as it is', async () => {
    const { triggerId } = await slack.command(bob, lab, '/gpu list');
    const text = (words: string) => ({ type: 'plain_text', text: words });
    const options = [{ text: text('H100'), value: 'h100' }];
    const element = { type: 'static_select', action_id: 'field:type', options };
    const block = { type: 'section', block_id: 'type', text: text('Type'), accessory: element };
    const view = { type: 'modal', title: text('Of an earlier Dibs'), blocks: [block] };
    const opened = await fetch(new URL('views.open', slack.apiUrl), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${slack.tokens.bot}`,
        'content-type': 'application/json; charset=utf-8',
      },
      body: JSON.stringify({ trigger_id: triggerId, view }),
    });
    expect(await opened.json()).toMatchObject({ ok: true });
    const filled = await slack.fill(bob, { id: modal()?.id ?? '' }, { type: 'h100' });
    expect(filled).toMatchObject({ acked: true });
    await slack.command(bob, lab, '/gpu list');
    expect([app.chosen, modal()?.title]).toEqual([[], 'Of an earlier Dibs']);
    expect(app.logged).not.toContain('Slack was not answered');
  });

  it('that could not be kept stays open, and says so', async () => {
    await slack.command(bob, lab, '/gpu');
    await untilModal('10 credits');
    app.answers.take = away;
    await slack.submit(bob, { id: modal()?.id ?? '' });
    expect(Object.values(modal()?.errors ?? {})).toEqual([
      expect.stringContaining('could not take that in time'),
    ]);
  });
});

describe('a button', () => {
  const actions: Message = {
    ...titled('a session'),
    parts: [
      {
        kind: 'actions',
        actions: [
          anAction({ label: 'Stop', command: 'stop otter' }),
          anAction({ label: 'Settle', command: 'approve 1', settles: true }),
          anAction({ label: 'Deny', command: 'deny 1', asks: 'Why?' }),
          anAction({ label: 'Start', command: 'start' }),
        ],
      },
    ],
  };
  async function press(label: string) {
    const to = { kind: 'channel', channel: lab } as const;
    const { channel, message: ts } = await app.chat.post(aPost(to, actions, 'k'), never);
    return { ts, delivered: await slack.press(bob, { channel, ts }, label) };
  }

  it.each([
    ['Stop', 'stop otter', /^respond http/, 0],
    ['Settle', 'approve 1', /^replace http/, 1],
  ])('is kept as its command, with where it was pressed: %s', async (label, ...rest) => {
    const [text, reply, at] = rest;
    const { ts, delivered } = await press(label);
    expect(app.taken).toMatchObject([
      {
        invocation: { text, channel: lab, externalId: bob },
        reply: expect.stringMatching(reply),
        press: `${ts}:command:${at}:${text}`,
      },
    ]);
    expect(delivered?.acked).toBe(true);
  });

  it('that could not be kept is told of beside its message', async () => {
    app.answers.take = away;
    const { ts } = await press('Stop');
    await slack.until(() => slack.messagesSeenBy(bob, lab).length === 2);
    const [message, told] = slack.messagesSeenBy(bob, lab);
    expect(message).toMatchObject({ ts, isEdited: false });
    expect(told).toMatchObject({ isEphemeral: true });
    expect(told?.words).toContain('could not take that in time');
  });

  it('with a question has its answer behind its command', async () => {
    await press('Deny');
    await untilModal('Why?');
    expect(modal()?.title).toBe('Deny');
    await slack.submit(bob, { id: modal()?.id ?? '' }, { reason: 'too  dear' });
    expect(app.taken).toMatchObject([{ invocation: { text: 'deny 1 too dear' } }]);
  });

  it('to start opens the form', async () => {
    await press('Start');
    await untilModal('10 credits');
    expect(app.taken).toEqual([]);
  });
});

describe('the Home tab', () => {
  it('is shown to who opens it, and after what they do then', async () => {
    await slack.openHome(bob);
    await slack.until(() => slack.viewsOf(bob).home?.words.includes('Home of bob') === true);
    app.answers.commands.home = async () => titled('Home as it is now');
    const to = { kind: 'aside', externalId: bob, channel: lab, reply: null } as const;
    await app.chat.post(aPost(to, titled('done'), 'k1'), never);
    await slack.until(() => slack.viewsOf(bob).home?.words.includes('as it is now') === true);
  });

  it('is not made for who opens the messages beside it', async () => {
    let asked = 0;
    app.answers.commands.home = async () => titled(`Home, asked for ${++asked} times`);
    await slack.openHome(bob, 'messages');
    await slack.openHome(bob);
    await slack.until(() => slack.viewsOf(bob).home?.words.includes('asked for 1 times') === true);
    expect(asked).toBe(1);
  });

  it('has nowhere to say that a press could not be kept, so Slack itself says so', async () => {
    const to = { kind: 'aside', externalId: bob, channel: lab, reply: 'home' } as const;
    const stop = anAction({ label: 'Stop', command: 'stop otter' });
    const parts = [{ kind: 'actions' as const, actions: [stop] }];
    await app.chat.post(aPost(to, { ...titled('running'), parts }, 'k1'), never);
    app.answers.take = away;
    const pressed = await slack.press(bob, { id: slack.viewsOf(bob).home?.id ?? '' }, 'Stop');
    expect(pressed).toMatchObject({ acked: false });
    expect(app.logged).not.toContain('Slack was not answered');
  });

  it('has the answer to what was pressed there above the rest', async () => {
    const to = { kind: 'aside', externalId: bob, channel: lab, reply: 'home' } as const;
    await app.chat.post(aPost(to, titled('stopped'), 'k1'), never);
    const words = slack.viewsOf(bob).home?.words ?? '';
    expect(words.indexOf('stopped')).toBeLessThan(words.indexOf('Some words.'));
    expect(words.match(/Some words\./g)).toHaveLength(2);
  });
});

it('what an administrator takes away is told with what to do', async () => {
  await slack.trouble.archive(lab);
  await slack.trouble.revokeTokens();
  expect(app.logged).toContain('Dibs can no longer post in a channel');
  expect(app.logged.filter((text) => text.includes('taken our tokens back'))).toHaveLength(2);
});
