import { App, HTTPReceiver } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLab, silent } from '../support/slack/lab.ts';

let slack: Awaited<ReturnType<typeof openLab>>;
const ends: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  slack = await openLab({ mode: 'http' });
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await slack.close();
});

/** Bolt on a port of its own, which Slack is then told of. */
async function startApp(signingSecret = slack.tokens.signingSecret) {
  const clientOptions = { slackApiUrl: slack.apiUrl };
  const receiver = new HTTPReceiver({ signingSecret, logger: silent });
  const app = new App({ token: slack.tokens.bot, receiver, clientOptions, logger: silent });
  const server = await receiver.start(0);
  ends.push(() => receiver.stop());
  const at = server.address();
  const port = typeof at === 'object' ? at?.port : undefined;
  return { app, url: `http://127.0.0.1:${port}/slack/events` };
}

async function react() {
  await slack.say('UALICE', { channel: 'CLAB' }, 'hello');
  const [message] = slack.messagesSeenBy('UALICE', 'CLAB');
  return slack.react('UALICE', { channel: 'CLAB', ts: message?.ts ?? '' }, 'eyes');
}

describe('request URLs', () => {
  it('are taken when the app sends the challenge back', async () => {
    const { app, url } = await startApp();
    await slack.pointAt(url);
    app.command('/gpu', ({ ack, command }) => ack(`heard ${command.text}`));
    expect(await slack.command('UALICE', 'CLAB', 'ps')).toMatchObject({ ackText: 'heard ps' });
  });

  it('are refused where the app has another secret, or is not there', async () => {
    const { url } = await startApp('another secret');
    await expect(slack.pointAt(url)).rejects.toThrow('did not send the challenge back');
    await expect(slack.pointAt('http://127.0.0.1:9/')).rejects.toThrow('challenge');
    expect(await slack.command('UALICE', 'CLAB', 'ps')).toMatchObject({
      acked: false,
      problem: 'dispatch_failed',
    });
  });
});

describe('requests', () => {
  it('that are not answered within three seconds have timed out', async () => {
    const { app, url } = await startApp();
    await slack.pointAt(url);
    const arrived = Promise.withResolvers<void>();
    app.command('/gpu', async () => arrived.resolve());
    const typed = slack.command('UALICE', 'CLAB', 'start');
    await arrived.promise;
    await slack.passTime(3);
    expect(await typed).toMatchObject({ acked: false, problem: 'operation_timeout' });
  });

  it('can be replayed as they were, and are refused when they are old', async () => {
    const { app, url } = await startApp();
    await slack.pointAt(url);
    const triggers: string[] = [];
    app.command('/gpu', ({ ack, command }) => {
      triggers.push(command.trigger_id);
      return ack();
    });
    const { replay } = await slack.command('UALICE', 'CLAB', 'start');
    expect(await replay()).toMatchObject({ acked: true });
    expect(new Set(triggers).size).toBe(1);
    expect(triggers).toHaveLength(2);
    slack.trouble.backdate(6 * 60);
    expect(await slack.command('UALICE', 'CLAB', 'start')).toMatchObject({
      acked: false,
      problem: 'dispatch_failed',
    });
  });

  it('bring interactions and modals as well as commands', async () => {
    const { app, url } = await startApp();
    await slack.pointAt(url);
    app.action('go', ({ ack }) => ack());
    const element = {
      type: 'button',
      text: { type: 'plain_text', text: 'Go' },
      action_id: 'go',
    } as const;
    const blocks = [{ type: 'actions', elements: [element] } as const].map((block) => ({
      ...block,
      elements: [...block.elements],
    }));
    const { ts = '' } = await app.client.chat.postMessage({ channel: 'CLAB', text: 'x', blocks });
    expect(await slack.press('UBOB', { channel: 'CLAB', ts }, 'Go')).toMatchObject({ acked: true });
  });
});

describe('events', () => {
  it('come again with their number and the reason, three times, until they are taken', async () => {
    const { app, url } = await startApp();
    const retries: unknown[] = [];
    const last = Promise.withResolvers<void>();
    await slack.pointAt(url);
    app.use(async ({ context }) => {
      retries.push([context.retryNum, context.retryReason]);
      if (retries.length === 2) last.resolve();
    });
    app.event('reaction_added', async () => {});
    await slack.pointAt(url);
    const lost = slack.trouble.dropAcks(1);
    const reacted = react();
    await lost;
    await slack.passTime(3);
    expect(await reacted).toMatchObject({ acked: false });
    await last.promise;
    await slack.quiet();
    await slack.passTime(3600);
    expect(retries).toEqual([
      [undefined, undefined],
      [1, 'http_timeout'],
    ]);
  });

  it('are kept for the app while it is away', async () => {
    const reacted = await react();
    expect(reacted).toMatchObject({ acked: false, problem: 'dispatch_failed' });
    const { app, url } = await startApp();
    const heard = Promise.withResolvers<string | undefined>();
    app.event('reaction_added', async ({ event, context }) => {
      heard.resolve(`${event.reaction} ${context.retryReason}`);
    });
    await slack.pointAt(url);
    await slack.passTime(61);
    expect(await heard.promise).toBe('eyes connection_failed');
  });
});
