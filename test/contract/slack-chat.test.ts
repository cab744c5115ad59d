import { manifestOf } from '../../adapters/slack/manifest.ts';
import { createSlack, type Slack } from '../../adapters/slack/slack.ts';
import { commands } from '../../bot/commands/table.ts';
import { askerOf, type Delivery } from '../../core/delivery.ts';
import type { Reaction } from '../../core/invocation.ts';
import type { Chat, Clock } from '../../core/ports.ts';
import { secretOf } from '../../core/secret.ts';
import { noCommands } from '../support/console.ts';
import { quietLog } from '../support/site.ts';
import type { SeenMessage } from '../support/slack/sight.ts';
import { type SlackServer, startSlackServer } from '../support/slack-server.ts';
import { type ChatHarness, chatContract } from './chat.ts';

chatContract('slack', createHarness);

const [bob, carol, lab] = ['UBOB', 'UCAROL', 'CLAB'];
const emojiNames: Readonly<Record<string, string>> = { '✅': 'white_check_mark', '❌': 'x' };

async function createHarness(): Promise<ChatHarness> {
  const slack = await startSlackServer({ manifest: manifestOf({ commands, requestUrl: null }) });
  slack.addPerson({ id: bob, name: 'bob', standing: 'member' });
  slack.addPerson({ id: carol, name: 'carol', standing: 'member' });
  slack.addChannel({ id: lab, name: 'gpu-lab', members: [bob, carol] });
  const clock = hastyClock(slack);
  const reactions: Reaction[] = [];
  const begin = () => beginProcess(slack, clock, reactions);
  let current = await begin();
  const seenBy = (person: string) =>
    [...slack.messagesSeenBy(person, lab), ...slack.directMessages(person).messages].sort(
      (a, b) => Number(a.ts) - Number(b.ts),
    );
  return {
    get chat() {
      return current.chat;
    },
    async restart() {
      await current.end();
      // Slack counts the posts of the one before, too.
      await clock.sleep(3000, never);
      current = await begin();
    },
    channel: lab,
    person: bob,
    bystander: carol,
    titlesSeenBy: async (person) => seenBy(person).map(titleOf),
    async emojisSeenBy(person, { channel, message }) {
      const found = seenBy(person).find((one) => one.channel === channel && one.ts === message);
      const names = Object.keys(found?.reactions ?? {});
      return Object.keys(emojiNames).filter((emoji) => names.includes(emojiNames[emoji] ?? ''));
    },
    async press({ externalId, ref: { channel, message: ts }, emoji, isAdded }) {
      const press = isAdded ? slack.react : slack.unreact;
      await press(externalId, { channel, ts }, emojiNames[emoji] ?? '');
    },
    heard: () => reactions,
    async close() {
      await current.end();
      await slack.close();
    },
  };
}

const never = new AbortController().signal;

/** The whole adapter, connected, whose inbox asks who somebody is, as ours does. */
async function beginProcess(slack: SlackServer, clock: Clock, reactions: Reaction[]) {
  const { bot, app } = slack.tokens;
  const ending = new AbortController();
  const known = Promise.withResolvers<void>();
  const begun: Slack = createSlack(
    {
      botToken: secretOf(bot),
      appToken: secretOf(app),
      signingSecret: null,
      apiUrl: slack.apiUrl,
    },
    {
      inbox: { take },
      commands: noCommands,
      identityOf: async () => null,
      clock,
      log: { ...quietLog, info: (text) => text === 'Slack knows us' && known.resolve() },
    },
  );
  async function take(delivery: Delivery): Promise<void> {
    if (delivery.kind !== 'reaction') throw new Error('nobody asked for anything');
    const { standing } = await begun.chat.introduce(askerOf(delivery), never);
    reactions.push({ ...delivery.reaction, standing });
  }
  const running = begun.run(ending.signal);
  await Promise.all([known.promise, slack.until(() => slack.connections() > 0)]);
  const chat: Chat = begun.chat;
  return {
    chat,
    async end() {
      ending.abort();
      await running;
      await slack.until(() => slack.connections() === 0);
    },
  };
}

/** Whoever sleeps is awake at once, and that much later: for us and for Slack. */
function hastyClock({ passTime }: SlackServer): Clock {
  let aheadMillis = 0;
  return {
    now: () => new Date(Date.now() + aheadMillis),
    async sleep(milliseconds, signal) {
      if (signal.aborted) return;
      aheadMillis += milliseconds;
      await passTime(milliseconds / 1000);
    },
  };
}

/** What a header says, without the colour that stands before it. */
function titleOf({ blocks: [first] }: SeenMessage): string | null {
  const text = first?.['type'] === 'header' ? first['text'] : null;
  if (typeof text !== 'object' || text === null || !('text' in text)) return null;
  return String(text.text).replace(/^[🔵🟢🟡🔴] /u, '');
}
