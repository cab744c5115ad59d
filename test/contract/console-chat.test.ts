import { startConsole } from '../support/console.ts';
import { type ChatHarness, chatContract } from './chat.ts';

chatContract('console', createHarness);

async function createHarness(): Promise<ChatHarness> {
  let current = startConsole();
  let presses = 0;
  async function seenBy(externalId: string) {
    const reader = await current.open(externalId);
    const { messages } = await reader.next('conversation');
    await reader.close();
    return messages;
  }
  return {
    get chat() {
      return current.chat;
    },
    async restart() {
      current = startConsole();
    },
    channel: 'lab',
    person: 'bob',
    bystander: 'carol',
    titlesSeenBy: async (externalId) =>
      (await seenBy(externalId)).map(({ message }) => message.title),
    async emojisSeenBy(externalId, ref) {
      const posted = (await seenBy(externalId)).find(({ id }) => id === ref.message);
      return posted?.reactions.map(({ emoji }) => emoji) ?? [];
    },
    async press({ externalId: person, ref: { message }, emoji, isAdded }) {
      presses += 1;
      const requestKey = `press-${presses}-of-contract`;
      await current.send('reactions', { person, message, emoji, isAdded, requestKey });
    },
    heard: () => current.reactions,
    close: async () => {},
  };
}
