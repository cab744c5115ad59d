import { describe, expect, it } from 'vitest';
import type { NoticeKind } from '../../core/change.ts';
import { Fault } from '../../core/fault.ts';
import type { Chat, Post } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import type { Notice } from '../../core/view.ts';
import { createDelivering, labRequest, posted } from '../support/delivering.ts';
import { noonPlus } from '../support/facts.ts';
import { aView } from '../support/session-view.ts';

const away = new Fault('chat_unreachable');
const ended = { news: { kind: 'ended' } } as const;

const isThere: Partial<Store> = {
  sessionById: async () => aView({ messageRef: posted }),
  requestById: async () => ({ ...labRequest, messageRef: posted }),
};
/** Each kind, with where it goes, and what it needs. */
const kinds: Record<NoticeKind, { to: string; key: string; store?: Partial<Store> }> = {
  session_changed: { to: 'channel lab', key: 'session:session-1' },
  session_ready: { to: 'aside U-bob lab', key: 'notice:session_ready' },
  ending_soon: {
    to: 'person U-bob',
    key: 'notice:ending_soon',
    store: { sessionById: async () => aView({ until: noonPlus(900) }) },
  },
  session_ended: {
    to: 'person U-bob',
    key: 'notice:session_ended',
    store: { sessionById: async () => aView({ state: 'ended', endReason: 'exited' }) },
  },
  session_news: {
    to: 'channel lab under posted',
    key: 'notice:session_news',
    store: {
      sessionById: async () =>
        aView({ state: 'ended', endReason: 'exited', messageRef: posted, charged: 0n }),
    },
  },
  request_changed: { to: 'channel lab', key: 'request:request-17' },
  request_decided: { to: 'person U-bob', key: 'notice:request_decided' },
  denial_reason_asked: { to: 'person U-bob', key: 'notice:denial_reason_asked' },
  vote_ignored: { to: 'person U-bob', key: 'notice:vote_ignored' },
  vote_too_late: { to: 'person U-bob', key: 'notice:vote_too_late' },
  credits_received: { to: 'person U-bob', key: 'notice:credits_received' },
  channel_lost: { to: 'person U-bob', key: 'notice:channel_lost' },
};
const factsOf = (kind: string) => (kind === 'session_news' ? ended : {});

function whereOf({ to, thread }: Post): string {
  const under = thread === null ? '' : ` under ${thread.message}`;
  if (to.kind === 'aside') return `aside ${to.externalId} ${to.channel}`;
  return to.kind === 'channel' ? `channel ${to.channel}${under}` : `person ${to.externalId}`;
}

describe.each(Object.entries(kinds) as [NoticeKind, (typeof kinds)[NoticeKind]][])(
  'a notice %s',
  (kind, { to, key, store = {} }) => {
    it('is posted to whom it is for, under a key of its own', async () => {
      const { done, posts } = createDelivering({ store });
      await done(kind, factsOf(kind));
      expect(posts.map((post) => [whereOf(post), post.key, post.isRepeat])).toEqual([
        [to, key, false],
      ]);
    });

    it('may have been posted before from its second attempt on', async () => {
      const { done, posts } = createDelivering({ store });
      await done(kind, { ...factsOf(kind), attempts: 2 });
      expect(posts.map(({ isRepeat }) => isRepeat)).toEqual([true]);
    });

    it('is not delivered where the chat fails', async () => {
      const failing = { post: () => Promise.reject(away) };
      const { done } = createDelivering({ chat: failing, store });
      await expect(done(kind, factsOf(kind))).rejects.toBe(away);
    });

    it('is of no use once what it is about is not there', async () => {
      const gone = async () => null;
      const { done, posts } = createDelivering({
        store: { sessionById: gone, requestById: gone, transferById: gone },
      });
      await done(kind, factsOf(kind));
      expect(posts).toEqual([]);
    });

    it('is nobody’s where there is no chat', async () => {
      const { done, posts } = createDelivering({ store, platforms: ['slack'] });
      await done(kind, factsOf(kind));
      expect(posts).toEqual([]);
    });
  },
);

describe.each([
  ['session_changed', 'session-1'],
  ['request_changed', 'request-17'],
] as const)('the message of a %s', (kind, id) => {
  it('is known by where it was posted', async () => {
    const { done, noted } = createDelivering();
    await done(kind);
    expect(noted).toEqual([`${id} is posted`]);
  });

  it('is not delivered where it could not be noted', async () => {
    const failing = () => Promise.reject(new Error('the database is away'));
    const { done } = createDelivering({
      store: { noteMessageRef: failing, noteRequestMessage: failing },
    });
    await expect(done(kind)).rejects.toThrow('the database is away');
  });

  it('is edited where it is, and noted no more', async () => {
    const { done, posts, edits, noted } = createDelivering({ store: isThere });
    await done(kind);
    expect([posts, edits, noted]).toEqual([[], ['posted'], []]);
  });

  it('is not delivered where it cannot be edited', async () => {
    const failing = { update: () => Promise.reject(away) };
    const { done, noted } = createDelivering({ chat: failing, store: isThere });
    await expect(done(kind)).rejects.toBe(away);
    expect(noted).toEqual([]);
  });
});

describe('a channel that is lost', () => {
  const lost = new Fault('chat_channel_lost');
  const refusing: Partial<Chat> = {
    async post({ to }) {
      if (to.kind === 'channel') throw lost;
      return { channel: to.externalId, message: 'direct' };
    },
    update: () => Promise.reject(lost),
  };

  it('has the holder told instead, whose message it then is', async () => {
    for (const store of [{}, isThere]) {
      const { done, noted } = createDelivering({ chat: refusing, store });
      await done('session_changed');
      expect(noted).toEqual(['session_changed lost lab', 'session-1 is direct']);
    }
  });

  it('gives that message a key of its own', async () => {
    const keys: string[] = [];
    const post: Chat['post'] = async (asked) => {
      keys.push(asked.key);
      return refusing.post?.(asked, new AbortController().signal) ?? posted;
    };
    await createDelivering({ chat: { ...refusing, post } }).done('session_changed');
    expect(keys).toEqual(['session:session-1', 'session:session-1:instead']);
  });

  it('is told to admins, and keeps a request from being delivered', async () => {
    const { done, noted } = createDelivering({ chat: refusing });
    await expect(done('request_changed')).rejects.toBe(lost);
    expect(noted).toEqual(['request_changed lost lab']);
  });

  it('is no way round to a holder who has no address there', async () => {
    const { done } = createDelivering({ chat: refusing, store: { addressOf: async () => null } });
    await expect(done('session_changed')).rejects.toBe(lost);
  });

  it('is not delivered where that could not be noted', async () => {
    const noteChannelLost = () => Promise.reject(new Error('the database is away'));
    const { done } = createDelivering({ chat: refusing, store: { noteChannelLost } });
    await expect(done('session_changed')).rejects.toThrow('the database is away');
  });
});

describe('what is said to one alone', () => {
  it('goes to a stranger where they are', async () => {
    const { done, posts } = createDelivering();
    await done('vote_ignored', { to: { kind: 'stranger', externalId: 'U0' } });
    expect(posts.map(whereOf)).toEqual(['person U0']);
  });

  it('goes by direct message to who is reached elsewhere than where they asked', async () => {
    const addressOf = async () => ({ platform: 'slack' as const, externalId: 'S-bob' });
    const { done, posts } = createDelivering({
      store: { addressOf },
      platforms: ['console', 'slack'],
    });
    await done('session_ready');
    expect(posts.map(whereOf)).toEqual(['person S-bob']);
  });

  it('goes to nobody who has no address', async () => {
    const { done, posts } = createDelivering({ store: { addressOf: async () => null } });
    await done('request_decided');
    expect(posts).toEqual([]);
  });

  it('says of a vote on one’s own request why it does not count', async () => {
    const { done, told } = createDelivering();
    for (const personId of ['bob', 'carol'])
      await done('vote_ignored', { to: { kind: 'person', personId } });
    expect(told()[0]).toContain('a request of their own');
    expect(told()[1]).toContain('only approvers of lab');
  });

  it('is not how to get in, once there is no way in', async () => {
    for (const facts of [{ state: 'stopping' }, { url: null }, { token: null }] as const) {
      const { done, posts } = createDelivering({
        store: { sessionById: async () => aView(facts) },
      });
      await done('session_ready');
      expect([facts, posts]).toEqual([facts, []]);
    }
  });
});

describe('a warning', () => {
  const leftAt = (seconds: number, facts = {}) => ({
    sessionById: async () => aView({ until: noonPlus(seconds), messageRef: posted, ...facts }),
  });
  const isSaid = async (kind: NoticeKind, store: Partial<Store>, facts: Partial<Notice> = {}) => {
    const { done, posts } = createDelivering({ store });
    await done(kind, facts);
    return posts.length === 1;
  };
  const warned = { news: { kind: 'warned', seconds: 300 } } as const;

  it('to the holder is overtaken by an extension beyond the first of all warnings', async () => {
    expect(await isSaid('ending_soon', leftAt(900))).toBe(true);
    expect(await isSaid('ending_soon', leftAt(901))).toBe(false);
    expect(await isSaid('ending_soon', leftAt(1))).toBe(true);
  });

  it('under the message is right for two minutes', async () => {
    const said = [];
    for (const left of [301, 300, 180, 179])
      said.push(await isSaid('session_news', leftAt(left), warned));
    expect(said).toEqual([false, true, true, false]);
  });

  it('is for who still runs, and ends', async () => {
    for (const facts of [{ state: 'stopping' }, { until: null }] as const) {
      const store = leftAt(200, facts);
      expect(await isSaid('ending_soon', store)).toBe(false);
      expect(await isSaid('session_news', store, warned)).toBe(false);
    }
  });
});

describe('news of a session', () => {
  it('are said under its message alone', async () => {
    const { done, posts } = createDelivering();
    await done('session_news', { news: { kind: 'silent' } });
    expect(posts).toEqual([]);
  });

  it('are said only where there are threads', async () => {
    const { done, posts } = createDelivering({ chat: { hasThreads: false }, store: isThere });
    await done('session_news', { news: { kind: 'silent' } });
    expect(posts).toEqual([]);
  });

  it('of a host that is silent are not overtaken by time', async () => {
    const { done, posts } = createDelivering({ store: isThere });
    await done('session_news', { news: { kind: 'silent' } });
    expect(posts).toHaveLength(1);
  });
});
