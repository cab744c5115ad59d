import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { errorOf, impatientClient, openLab, socketClient } from '../support/slack/lab.ts';

let slack: Awaited<ReturnType<typeof openLab>>;
const ends: (() => unknown)[] = [];
beforeEach(async () => {
  slack = await openLab();
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await slack.close();
});

const asApp = () => impatientClient(slack, slack.tokens.app);

/** The library’s client, which tries again soon and acknowledges what it is sent. */
async function connect(name = 'one') {
  const heard: string[] = [];
  const client = socketClient(slack);
  client.on('slash_commands', ({ ack, body }) => {
    heard.push(body.text);
    return ack({ text: name });
  });
  await client.start();
  ends.push(() => client.disconnect());
  return { client, heard };
}

/** A bare connection: what the server says, frame by frame. */
async function dial(url: string) {
  const socket = new WebSocket(url);
  ends.push(() => socket.terminate());
  const frames: Record<string, unknown>[] = [];
  socket.on('message', (frame) => frames.push(JSON.parse(String(frame))));
  await once(socket, 'open');
  const frameAt = async (index: number) => {
    while (frames.length <= index) await once(socket, 'message');
    return frames[index] ?? {};
  };
  return { socket, frames, frameAt };
}

const newUrl = async () => (await asApp().apps.connections.open()).url ?? '';

describe('opening a connection', () => {
  it('takes the app’s token and a URL that is good once, and soon', async () => {
    const url = await newUrl();
    const { frameAt } = await dial(url);
    expect(await frameAt(0)).toMatchObject({ type: 'hello', num_connections: 1 });
    await expect(dial(url)).rejects.toThrow('404');
    const late = await newUrl();
    await slack.passTime(31);
    await expect(dial(late)).rejects.toThrow('404');
  });

  it('fails once the app’s token is revoked, and where Socket Mode is off', async () => {
    slack.trouble.revokeAppToken();
    expect(await errorOf(newUrl())).toBe('invalid_auth');
    const other = await openLab({ mode: 'http' });
    const call = impatientClient(other, other.tokens.app).apps.connections.open();
    expect(await errorOf(call)).toBe('socket_mode_not_enabled');
    await other.close();
  });

  it('an eleventh is told that there are too many', async () => {
    for (let count = 1; count <= 10; count += 1) await dial(await newUrl());
    await slack.until(() => slack.connections() === 10);
    const { socket, frames } = await dial(await newUrl());
    await once(socket, 'close');
    expect(frames).toMatchObject([{ type: 'disconnect', reason: 'too_many_websockets' }]);
    expect(slack.connections()).toBe(10);
  });
});

describe('connections', () => {
  it('each envelope goes to one of them', async () => {
    const [one, two] = [await connect('one'), await connect('two')];
    const answers = new Set<string | null>();
    for (const text of ['a', 'b', 'c', 'd'])
      answers.add((await slack.command('UALICE', 'CLAB', text)).ackText);
    expect([...one.heard, ...two.heard].sort()).toEqual(['a', 'b', 'c', 'd']);
    expect([...answers].sort()).toEqual(['one', 'two']);
  });

  it('an acknowledgement counts only on the connection that the envelope went to', async () => {
    const { frameAt } = await dial(await newUrl());
    await slack.until(() => slack.connections() === 1);
    const typed = slack.command('UALICE', 'CLAB', 'a');
    const envelope = await frameAt(1);
    const { socket: other } = await dial(await newUrl());
    other.send(JSON.stringify({ envelope_id: envelope['envelope_id'] }));
    other.close();
    await once(other, 'close');
    await slack.passTime(3);
    expect(await typed).toMatchObject({ acked: false, problem: 'operation_timeout' });
  });

  it.each(['warning', 'refresh_requested', 'link_disabled'] as const)(
    'are closed by a disconnect frame (%s), and what is typed in the gap is lost',
    async (reason) => {
      const { heard } = await connect();
      slack.trouble.disconnect(reason);
      await slack.until(() => slack.connections() === 0);
      expect(await slack.command('UALICE', 'CLAB', 'gap')).toMatchObject({
        acked: false,
        problem: 'dispatch_failed',
      });
      await slack.until(() => slack.connections() === 1);
      expect(await slack.command('UALICE', 'CLAB', 'after')).toMatchObject({ acked: true });
      expect(heard).toEqual(['after']);
    },
  );

  it('that fall silent are given up by the client', async () => {
    await connect();
    slack.trouble.freeze();
    // Slack itself does not notice, and counts the old one on.
    await slack.until(() => slack.connections() === 2);
    slack.trouble.thaw();
    await slack.until(() => slack.connections() === 1);
    expect(await slack.command('UALICE', 'CLAB', 'x')).toMatchObject({ acked: true });
  });

  it('are cut by an outage and come back after it', async () => {
    const { client } = await connect();
    client.on('error', () => {});
    await slack.trouble.outage(true);
    expect(slack.connections()).toBe(0);
    expect(await slack.command('UALICE', 'CLAB', 'x')).toMatchObject({ acked: false });
    await slack.trouble.outage(false);
    await slack.until(() => slack.connections() === 1);
    expect(await slack.command('UALICE', 'CLAB', 'x')).toMatchObject({ acked: true });
  });
});
