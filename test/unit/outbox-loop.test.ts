import { afterEach, describe, expect, it, vi } from 'vitest';
import { directAccess } from '../../bot/access.ts';
import { createOutboxLoop } from '../../bot/loops/outbox.ts';
import { Fault, type FaultCode } from '../../core/fault.ts';
import type { Platform } from '../../core/message.ts';
import type { Chat, Log } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import type { Notice } from '../../core/view.ts';
import { aNotice } from '../support/a-notice.ts';
import { labRequest, posted } from '../support/delivering.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { partOf } from '../support/part-of.ts';
import { noon, testPolicy } from '../support/world.ts';

const ends: AbortController[] = [];
afterEach(() => {
  for (const ending of ends.splice(0)) ending.abort();
  vi.restoreAllMocks();
});

type Claim = { at: number; platforms: readonly Platform[]; limit: number; seconds: number };

/** An outbox with those notices in it, each handed out once, as seen from its store. */
function startOutbox({
  notices = [] as Notice[],
  post = async (): Promise<typeof posted> => posted,
  platforms = ['console'] as readonly Platform[],
  store: ofStore = {} as Partial<Store>,
} = {}) {
  const clock = createFakeClock(noon);
  const at = () => (clock.now().getTime() - noon.getTime()) / 1000;
  const claims: Claim[] = [];
  const said: string[] = [];
  const store = partOf<Store>({
    requestById: async () => labRequest,
    addressOf: async (_, platform) => ({ platform, externalId: 'U-bob' }),
    async claimNotices({ platforms: asked, limit, seconds }) {
      claims.push({ at: at(), platforms: asked, limit, seconds });
      const own = notices.filter(({ platform }) => asked.includes(platform)).slice(0, limit);
      for (const one of own) notices.splice(notices.indexOf(one), 1);
      return own;
    },
    async noteSent({ id }) {
      said.push(`${id} sent`);
    },
    async noteUnsent({ id }, seconds) {
      said.push(seconds === null ? `${id} given up` : `${id} again in ${seconds}`);
    },
    async noteUntried({ id }, seconds) {
      said.push(`${id} untried for ${seconds}`);
    },
    ...ofStore,
  });
  const logged: string[] = [];
  const note = (text: string) => void logged.push(text);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const chat = partOf<Chat>({ hasThreads: false, editSeconds: 0, post });
  const chats = new Map(platforms.map((platform) => [platform, chat]));
  const loop = createOutboxLoop({
    store,
    clock,
    log,
    policy: testPolicy,
    access: directAccess,
    chats,
  });
  const ending = new AbortController();
  ends.push(ending);
  void loop.run(ending.signal);
  return { clock, claims, said, logged, loop, notices };
}

const some = (count: number) =>
  Array.from({ length: count }, (_, i) => aNotice('request_decided', { id: `n${i}` }));
const failing = (error: unknown) => () => Promise.reject(error);
const fault = (code: FaultCode, retryAfterSeconds?: number) =>
  new Fault(code, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });

describe('the outbox', () => {
  it('takes twenty notices at a time, for a minute, a tenth of a second after each second', async () => {
    const { clock, claims } = startOutbox();
    await clock.advance(2300);
    const asked = { platforms: ['console'], limit: 20, seconds: 60 };
    expect(claims).toEqual([0.1, 1.2, 2.3].map((at) => ({ at, ...asked })));
  });

  it('goes on at once while it gets as many as it asks for', async () => {
    const { clock, claims, said } = startOutbox({ notices: some(59) });
    await clock.advance(100);
    expect(claims).toHaveLength(3);
    expect(said).toHaveLength(59);
  });

  it('asks once more where it got exactly as many as it asked for', async () => {
    const { clock, claims } = startOutbox({ notices: some(20) });
    await clock.advance(100);
    expect(claims).toHaveLength(2);
  });

  it('takes no more while what it took is under way', async () => {
    const held = Promise.withResolvers<typeof posted>();
    const { clock, claims } = startOutbox({ notices: some(20), post: () => held.promise });
    await clock.advance(5000);
    expect(claims).toHaveLength(1);
    held.resolve(posted);
    await clock.advance(0);
    expect(claims).toHaveLength(2);
  });

  it('gives a chat half a minute for each', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    const { clock } = startOutbox({ notices: some(1) });
    await clock.advance(100);
    expect(timeout).toHaveBeenCalledWith(30_000);
  });

  it('asks each chat for the calm that it wants, and others for none', async () => {
    const asked: object[] = [];
    const { clock } = startOutbox({
      store: {
        async claimNotices({ editSeconds }) {
          asked.push(editSeconds);
          return [];
        },
      },
    });
    await clock.advance(100);
    expect(asked).toEqual([{}]);
  });
});

describe('a notice', () => {
  it('that failed by a mistake of ours is tried again ever more slowly, twenty times', async () => {
    const tried = [1, 2, 8, 9, 10, 19, 20].map((attempts) =>
      aNotice('request_decided', { id: `try ${attempts}`, attempts }),
    );
    const { clock, said } = startOutbox({ notices: tried, post: failing(new TypeError('ours')) });
    await clock.advance(100);
    expect(said.sort()).toEqual(
      [
        'try 1 again in 2',
        'try 2 again in 4',
        'try 8 again in 256',
        'try 9 again in 512',
        'try 10 again in 600',
        'try 19 again in 600',
        'try 20 given up',
      ].sort(),
    );
  });

  it('is owed for as long as its chat is away, and tried each minute at least', async () => {
    const notices = [5, 6, 20, 100].map((attempts) =>
      aNotice('request_decided', { id: `try ${attempts}`, attempts }),
    );
    const { clock, said } = startOutbox({ notices, post: failing(fault('chat_unreachable')) });
    await clock.advance(100);
    const seconds = [32, 60, 60, 60];
    expect(said).toEqual([5, 6, 20, 100].map((n, i) => `try ${n} again in ${seconds[i]}`));
  });

  it.each(['chat_refused', 'chat_channel_lost'] as const)(
    'is given up at once for %s',
    async (code) => {
      const { clock, said } = startOutbox({ notices: some(1), post: failing(fault(code)) });
      await clock.advance(100);
      expect(said).toEqual(['n0 given up']);
    },
  );

  it('that a busy chat did not take counts as untried, until when the chat says, or a second', async () => {
    for (const [asked, seconds] of [
      [7, 7],
      [undefined, 1],
    ] as const) {
      const busy = failing(fault('chat_busy', asked));
      const { clock, said } = startOutbox({ notices: some(1), post: busy });
      await clock.advance(100);
      expect(said).toEqual([`n0 untried for ${seconds}`]);
    }
  });

  it('is sent again where that it was sent could not be noted', async () => {
    const noteSent = failing(new Error('the database is away'));
    const { clock, said } = startOutbox({ notices: some(1), store: { noteSent } });
    await clock.advance(100);
    expect(said).toEqual(['n0 again in 2']);
  });

  it.each([
    ['noteUnsent', 'chat_unreachable'],
    ['noteUntried', 'chat_busy'],
  ] as const)('whose failure could not be noted by %s fails the turn', async (name, code) => {
    const { clock, logged } = startOutbox({
      notices: some(1),
      post: failing(fault(code)),
      store: { [name]: failing(new Error('the database is away')) },
    });
    await clock.advance(100);
    expect(logged).toContain('a turn of a loop failed');
  });
});

describe('a chat that does not answer', () => {
  const platforms = ['console', 'slack'] as const;

  /** Fails on the console as long as it is said to. */
  function startAway(count: number) {
    let isAway = true;
    const notices = some(count);
    const outbox = startOutbox({
      notices,
      platforms,
      post: async () => {
        if (isAway) throw fault('chat_unreachable');
        return posted;
      },
    });
    const back = () => {
      isAway = false;
    };
    return { ...outbox, back };
  }

  it('rests for fifteen seconds, while others are served', async () => {
    const { clock, claims } = startAway(1);
    await clock.advance(15_000);
    expect(claims.slice(1).map((claim) => claim.platforms)).toEqual(
      claims.slice(1).map(() => ['slack']),
    );
    expect(claims.length).toBeGreaterThan(10);
  });

  it('is then asked with one notice, and rests again', async () => {
    const { clock, claims, notices } = startAway(1);
    await clock.advance(10_000);
    notices.push(...some(3));
    await clock.advance(20_000);
    const probes = claims.slice(1).filter((claim) => claim.platforms.includes('console'));
    expect(probes.map(({ platforms: asked, limit }) => [asked, limit])).toEqual([[['console'], 1]]);
    expect(probes[0]?.at).toBeCloseTo(15.5, 0);
    expect(notices).toHaveLength(2);
  });

  it('that takes one again is given all', async () => {
    const { clock, back, said, notices } = startAway(1);
    await clock.advance(10_000);
    notices.push(...some(3));
    back();
    await clock.advance(7000);
    expect(said.slice(1)).toEqual(['n0 sent', 'n1 sent', 'n2 sent']);
  });

  it('is not asked again while it has not answered, nor given all while it is busy', async () => {
    const answers = [fault('chat_unreachable'), fault('chat_busy'), fault('chat_busy')];
    const notices = some(1);
    const { clock, claims } = startOutbox({
      notices,
      platforms,
      async post() {
        const answer = answers.shift();
        if (answer?.code === 'chat_busy') await clock.sleep(3000, new AbortController().signal);
        if (answer) throw answer;
        return posted;
      },
    });
    await clock.advance(10_000);
    notices.push(...some(5));
    await clock.advance(10_000);
    const probes = claims.slice(1).filter((claim) => claim.platforms.includes('console'));
    expect(probes.map(({ limit }) => limit)).toEqual([1, 1]);
  });
});
