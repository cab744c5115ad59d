import { directAccess } from '../../bot/access.ts';
import { deliver } from '../../bot/loops/deliver.ts';
import { plainText } from '../../bot/render/words.ts';
import type { NoticeKind } from '../../core/change.ts';
import type { Platform } from '../../core/message.ts';
import type { Chat, Post } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import type { Notice } from '../../core/view.ts';
import { aNotice, aTransfer } from './a-notice.ts';
import { createFakeClock } from './fake-clock.ts';
import { aRequest } from './messages/credits.ts';
import { partOf } from './part-of.ts';
import { aView } from './session-view.ts';
import { noon, testPolicy } from './world.ts';

const signal = new AbortController().signal;
const lab = { platform: 'console', channel: 'lab' } as const;
const session = aView();
const bobs = { platform: 'console' as const, externalId: 'U-bob' };
/** A message that is there. */
export const posted = { channel: 'lab', message: 'posted' };
/** Bob's, asked for in the lab. */
export const labRequest = aRequest({ channel: lab });

/** Delivers to a chat with threads, as seen from the chat and the store. */
export function createDelivering({
  chat: ofChat = {},
  store: ofStore = {},
  platforms = ['console'] as readonly Platform[],
} = {}) {
  const posts: Post[] = [];
  const edits: string[] = [];
  const noted: string[] = [];
  const chat = partOf<Chat>({
    hasThreads: true,
    async post(post) {
      posts.push(post);
      return posted;
    },
    async update({ message }) {
      edits.push(message);
    },
    ...ofChat,
  });
  const store = partOf<Store>({
    sessionById: async () => session,
    requestById: async () => labRequest,
    transferById: async () => aTransfer(),
    addressOf: async () => bobs,
    async noteMessageRef(id, { message }) {
      noted.push(`${id} is ${message}`);
    },
    async noteRequestMessage(id, { message }) {
      noted.push(`${id} is ${message}`);
    },
    async noteChannelLost({ kind }, { channel }) {
      noted.push(`${kind} lost ${channel}`);
    },
    ...ofStore,
  });
  const deps = {
    store,
    clock: createFakeClock(noon),
    policy: testPolicy,
    access: directAccess,
    chats: new Map(platforms.map((platform) => [platform, chat])),
  };
  const done = (kind: NoticeKind, facts: Partial<Notice> = {}) =>
    deliver(deps, aNotice(kind, facts), signal);
  const told = () => posts.map(({ message }) => plainText(message));
  return { done, posts, edits, noted, told };
}
