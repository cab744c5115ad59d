import type { Channel } from './entities.ts';
import { limits } from './limits.ts';
import { RateLimited } from './refused.ts';
import type { Workspace } from './workspace.ts';

/** Of posts to a channel: a small burst and then one a second. */
export function createPostCount({ clock }: Workspace, rates: { areStrict: boolean }) {
  const { burst, perSecond } = limits.posts;
  const left = new Map<string, { posts: number; at: number }>();
  return ({ id }: Channel): void => {
    const now = clock.now();
    const before = left.get(id) ?? { posts: burst, at: now };
    const regained = ((now - before.at) / 1000) * perSecond;
    const posts = Math.min(burst, before.posts + regained);
    if (rates.areStrict && posts < 1) {
      left.set(id, { posts, at: now });
      throw new RateLimited(1);
    }
    left.set(id, { posts: posts - 1, at: now });
  };
}
