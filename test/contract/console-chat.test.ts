import { startConsole } from '../support/console.ts';
import { type ChatHarness, chatContract } from './chat.ts';

chatContract('console', createHarness);

async function createHarness(): Promise<ChatHarness> {
  let current = startConsole();
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
    async titlesSeenBy(externalId) {
      const reader = await current.open(externalId);
      const { messages } = await reader.next('conversation');
      await reader.close();
      return messages.map(({ message }) => message.title);
    },
    close: async () => {},
  };
}
