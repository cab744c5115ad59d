import type { Address, Message } from '../../core/message.ts';
import type { Post } from '../../core/ports.ts';

/** Posted for the first time, on its own. */
export function aPost(to: Address, message: Message, key: string): Post {
  return { to, message, key, isRepeat: false, thread: null };
}
