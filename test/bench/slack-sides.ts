import { App, HTTPReceiver } from '@slack/bolt';
import { manifestOf } from '../../adapters/slack/manifest.ts';
import { commands } from '../../bot/commands/table.ts';
import { startSlackServer } from '../support/slack-server.ts';

/**
 * What runs beside Dibs in its benchmark, each in a process of its own: `slack`, the stand-in for
 * Slack's Web API, and `acker`, a Bolt app that does nothing but acknowledge.
 */
const [side = '', secret = '', people = '0'] = process.argv.slice(2);

if (side === 'slack') {
  const manifest = manifestOf({ commands, requestUrl: 'http://127.0.0.1:9' });
  const slack = await startSlackServer({ manifest, strictRates: false });
  const members = Array.from({ length: Number(people) }, (_, at) => `U${at}`);
  for (const id of members) slack.addPerson({ id, name: id.toLowerCase(), standing: 'member' });
  slack.addChannel({ id: 'CLAB', name: 'gpu-lab', members });
  process.stdout.write(`${JSON.stringify({ url: slack.apiUrl, ...slack.tokens })}\n`);
} else {
  const receiver = new HTTPReceiver({ signingSecret: secret, port: 0 });
  const app = new App({
    receiver,
    authorize: async () => ({ botToken: 'xoxb-1', botId: 'B1', botUserId: 'UBOT' }),
  });
  app.command('/gpu', async ({ ack }) => ack());
  const server = await receiver.start(0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${address.port}` })}\n`);
}
