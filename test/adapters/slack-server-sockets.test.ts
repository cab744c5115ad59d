import { App, SocketModeReceiver } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorOf, impatientClient, openLab, silent, socketClient } from '../support/slack/lab.ts';

let slack: Awaited<ReturnType<typeof openLab>>;
let app: App;
const ends: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  slack = await openLab();
  app = createApp();
  await app.start();
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await slack.close();
});

/** Bolt as it is, with another address; it tries again soon. */
function createApp(): App {
  const clientOptions = { slackApiUrl: slack.apiUrl };
  const receiver = new SocketModeReceiver({
    appToken: slack.tokens.app,
    clientPingTimeout: 100,
    installerOptions: { clientOptions },
    logger: silent,
  });
  const options = {
    token: slack.tokens.bot,
    receiver,
    clientOptions,
    logger: silent,
    socketClient,
  };
  const created = new App({ ...options, ignoreSelf: false });
  ends.push(() => created.stop());
  return created;
}

const asBot = () => impatientClient(slack, slack.tokens.bot);
const button = (text: string, more = {}) => ({
  type: 'button',
  text: { type: 'plain_text', text },
  action_id: text.toLowerCase(),
  ...more,
});
const actions = (...elements: object[]) => [{ type: 'actions', block_id: 'b', elements }];
const sure = { confirm: { text: { type: 'plain_text', text: 'Sure?' } } };

describe('a command', () => {
  it('arrives with names made into mentions, and its answer is seen by that person alone', async () => {
    app.command('/gpu', ({ ack, command }) => ack(`heard ${command.text}`));
    const delivered = await slack.command('UALICE', 'CLAB', 'give @bob 3 <b> in #gpu-lab');
    const heard = 'heard give <@UBOB|bob> 3 &lt;b&gt; in <#CLAB|gpu-lab>';
    expect(delivered).toMatchObject({ acked: true, ackText: heard, problem: null });
    expect(slack.messagesSeenBy('UALICE', 'CLAB')).toMatchObject([{ text: heard }]);
    expect(slack.messagesSeenBy('UBOB', 'CLAB')).toEqual([]);
  });

  it('learns no channel name outside of public channels', async () => {
    app.command('/gpu', ({ ack, command }) => ack(command.channel_name));
    expect(await slack.command('UALICE', 'CSECRET', '')).toMatchObject({ ackText: 'privategroup' });
  });

  it('that is not acknowledged within three seconds has timed out for the person', async () => {
    const arrived = Promise.withResolvers<void>();
    app.command('/gpu', async () => arrived.resolve());
    const typed = slack.command('UALICE', 'CLAB', 'start');
    await arrived.promise;
    await slack.passTime(3);
    expect(await typed).toMatchObject({ acked: false, problem: 'operation_timeout' });
  });

  it('whose acknowledgement is lost has timed out too', async () => {
    app.command('/gpu', ({ ack }) => ack());
    const lost = slack.trouble.dropAcks(1);
    const typed = slack.command('UALICE', 'CLAB', 'start');
    await lost;
    await slack.passTime(3);
    expect(await typed).toMatchObject({ acked: false, problem: 'operation_timeout' });
  });

  it('can come twice, under the same trigger id', async () => {
    const triggers: string[] = [];
    app.command('/gpu', ({ ack, command }) => {
      triggers.push(command.trigger_id);
      return ack();
    });
    const { redeliver, replay } = await slack.command('UALICE', 'CLAB', 'start');
    await redeliver();
    await replay();
    expect(new Set(triggers).size).toBe(1);
    slack.trouble.deliverTwice(true);
    await slack.command('UALICE', 'CLAB', 'start');
    expect(triggers).toHaveLength(5);
  });
});

describe('what is handed out for a short while', () => {
  it('a trigger id opens one modal, within three seconds', async () => {
    app.command('/gpu', ({ ack }) => ack());
    const title = { type: 'plain_text', text: 'GPU' } as const;
    const open = async (triggerId: string | null) =>
      errorOf(
        asBot().views.open({
          trigger_id: triggerId ?? '',
          view: { type: 'modal', title, blocks: [] },
        }),
      );
    const first = await slack.command('UALICE', 'CLAB', '');
    expect(await open(first.triggerId)).toBeNull();
    expect(await open(first.triggerId)).toBe('exchanged_trigger_id');
    const second = await slack.command('UALICE', 'CLAB', '');
    await slack.passTime(4);
    expect(await open(second.triggerId)).toBe('expired_trigger_id');
    expect(await open('1.2')).toBe('invalid_trigger_id');
  });

  it('a response URL takes five posts, within thirty minutes', async () => {
    const said = Promise.withResolvers<unknown>();
    app.command('/gpu', async ({ ack, respond }) => {
      await ack();
      for (const text of ['1', '2', '3', '4', '5']) await respond(text);
      said.resolve(await errorOf(respond('6')));
    });
    const { body } = await slack.command('UALICE', 'CLAB', '');
    expect(await said.promise).toBe('slack_bolt_respond_error');
    expect(slack.messagesSeenBy('UALICE', 'CLAB')).toHaveLength(5);
    await slack.passTime(31 * 60);
    const late = await fetch(String(body['response_url']), {
      method: 'POST',
      body: '{"text":"x"}',
    });
    expect([late.status, await late.json()]).toEqual([404, { ok: false, error: 'expired_url' }]);
  });
});

describe('an event', () => {
  it('that nobody acknowledges comes again at once, after one and after five minutes', async () => {
    await app.stop();
    await slack.until(() => slack.connections() === 0);
    const attempts: unknown[] = [];
    const { promise: last, resolve } = Promise.withResolvers<void>();
    const client = socketClient(slack);
    client.on('reaction_added', ({ retry_num, retry_reason }) => {
      attempts.push([retry_num, retry_reason]);
      if (attempts.length === 4) resolve();
    });
    await client.start();
    await slack.say('UALICE', { channel: 'CLAB' }, 'hello');
    const [message] = slack.messagesSeenBy('UALICE', 'CLAB');
    const reacted = slack.react('UALICE', { channel: 'CLAB', ts: message?.ts ?? '' }, 'eyes');
    await slack.passTime(3);
    expect(await reacted).toMatchObject({ acked: false });
    await slack.passTime(3600);
    await last;
    expect(attempts).toEqual([
      [undefined, undefined],
      [1, 'http_timeout'],
      [2, 'http_timeout'],
      [3, 'http_timeout'],
    ]);
    await client.disconnect();
  });

  it('is sent only where it was asked for and the bot is there, its own reactions included', async () => {
    const heard: string[] = [];
    app.use(async ({ body, next }) => {
      heard.push(String(Object(body).event?.reaction));
      await next();
    });
    app.event('reaction_added', async () => {});
    const { ts = '' } = await asBot().chat.postMessage({ channel: 'CLAB', text: 'ask' });
    await asBot().reactions.add({ channel: 'CLAB', timestamp: ts, name: 'thinking_face' });
    expect(await slack.react('UALICE', { channel: 'CLAB', ts }, 'eyes')).toMatchObject({
      acked: true,
    });
    expect(heard).toEqual(['thinking_face', 'eyes']);
    expect(slack.messagesSeenBy('UBOB', 'CLAB')[0]?.reactions).toEqual({
      thinking_face: [slack.bot.userId],
      eyes: ['UALICE'],
    });
    await slack.say('UALICE', { channel: 'CELSEWHERE' }, 'hello');
    const [alone] = slack.messagesSeenBy('UALICE', 'CELSEWHERE');
    const place = { channel: 'CELSEWHERE', ts: alone?.ts ?? '' };
    expect(await slack.react('UALICE', place, 'eyes')).toBeNull();
    expect(await slack.leave('UBOB', 'CLAB')).toBeNull();
  });

  it('tells that the bot was removed, the channel archived, the token revoked', async () => {
    const heard: string[] = [];
    app.use(async ({ body, next }) => {
      heard.push(Object(body).event?.type);
      await next();
    });
    for (const name of ['channel_archive', 'channel_left', 'tokens_revoked'])
      app.event(name, async () => {});
    await slack.trouble.archive('CLAB');
    await slack.trouble.unarchive('CLAB');
    await slack.trouble.kick('CLAB');
    await slack.trouble.revokeTokens();
    expect(heard).toEqual(['channel_archive', 'channel_left', 'tokens_revoked']);
  });
});

describe('buttons', () => {
  it('bring their value and a response URL, and ask first where they are told to', async () => {
    app.action('stop', async ({ ack, respond, body }) => {
      await ack();
      await respond({ replace_original: true, text: `stopped by ${body.user.id}` });
    });
    const blocks = actions(button('Stop', { value: 'otter', ...sure }));
    const { ts = '' } = await asBot().chat.postMessage({ channel: 'CLAB', text: 'x', blocks });
    const place = { channel: 'CLAB', ts };
    expect(await slack.press('UBOB', place, { label: 'Stop', confirms: false })).toBeNull();
    await expect(slack.press('UBOB', place, 'Extend')).rejects.toThrow('there are: Stop');
    const pressed = await slack.press('UBOB', place, 'Stop');
    const [action] = Object(pressed?.body['actions']);
    expect(action).toMatchObject({ value: 'otter', action_id: 'stop', block_id: 'b' });
    await slack.until(() => slack.messagesSeenBy('UALICE', 'CLAB')[0]?.text === 'stopped by UBOB');
  });

  it('of an ephemeral message bring no message with them', async () => {
    app.action('open', ({ ack }) => ack());
    const content = { channel: 'CLAB', user: 'UALICE', text: 'x', blocks: actions(button('Open')) };
    const { message_ts: ts = '' } = await asBot().chat.postEphemeral(content);
    const pressed = await slack.press('UALICE', { channel: 'CLAB', ts }, 'Open');
    expect(pressed?.body).toMatchObject({ container: { is_ephemeral: true } });
    expect(pressed?.body).not.toHaveProperty('message');
    await expect(slack.press('UBOB', { channel: 'CLAB', ts }, 'Open')).rejects.toThrow('sees no');
  });
});
