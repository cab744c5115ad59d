import type { Access } from '../../core/access.ts';
import { Fault } from '../../core/fault.ts';
import type { Platform } from '../../core/message.ts';
import type { Policy } from '../../core/policy.ts';
import type { Chat, Clock, Log } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import type { Notice } from '../../core/view.ts';
import { deliver } from './deliver.ts';
import { createLoop, type Loop } from './loop.ts';

type Deps = {
  store: Store;
  clock: Clock;
  log: Log;
  policy: Policy;
  access: Access;
  chats: ReadonlyMap<Platform, Chat>;
};

const batch = 20;
const burstMillis = 100;
/** How long a deliverer has a notice to itself: longer than the chat's own deadline. */
const claimSeconds = 60;
const deliverySeconds = 30;
const mostAttempts = 20;
const longestPauseSeconds = 600;
/** A chat that does not answer is left alone for this long, and then asked with one notice. */
const restSeconds = 15;

/** Delivers what we owe. A notice is rendered when it is sent, so it says what is true then. */
export function createOutboxLoop(deps: Deps): Loop {
  const { store, clock, chats } = deps;
  const resting = new Map<Platform, Date>();
  /** Takes what is due for those platforms, and delivers it. True: there may be more. */
  async function turn(platforms: readonly Platform[], limit: number, signal: AbortSignal) {
    const asked = { platforms, limit, seconds: claimSeconds, editSeconds: editSeconds(chats) };
    const notices = await store.claimNotices(asked);
    // All at once, so that each is done before its claim can lapse.
    await Promise.all(
      notices.map(async (notice) => {
        const fault = await deliverOne(deps, notice, signal);
        if (fault === 'chat_unreachable')
          resting.set(notice.platform, new Date(clock.now().getTime() + restSeconds * 1000));
        else if (fault === null) resting.delete(notice.platform);
      }),
    );
    return notices.length === limit;
  }

  return createLoop({
    ...deps,
    name: 'outbox',
    everyMillis: 1000,
    async runOnce(signal) {
      // Changes come in bursts: a message that waits for the next one need not be edited twice.
      await clock.sleep(burstMillis, signal);
      const rested = [...resting].filter(([, until]) => until <= clock.now());
      for (const [platform] of rested) await turn([platform], 1, signal);
      const isUp = (platform: Platform) => !resting.has(platform);
      let isMore = true;
      while (isMore && !signal.aborted)
        isMore = await turn([...chats.keys()].filter(isUp), batch, signal);
    },
  });
}

function editSeconds(chats: Deps['chats']): Partial<Record<Platform, number>> {
  const choosy = [...chats].filter(([, chat]) => chat.editSeconds > 0);
  return Object.fromEntries(choosy.map(([platform, chat]) => [platform, chat.editSeconds]));
}

/** Null: delivered, or a mistake of our own, which concerns this notice alone. */
async function deliverOne(
  deps: Deps,
  notice: Notice,
  signal: AbortSignal,
): Promise<Fault['code'] | null> {
  const { store, log } = deps;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(deliverySeconds * 1000)]);
  try {
    await deliver(deps, notice, deadline);
    await store.noteSent(notice);
    return null;
  } catch (error) {
    const fault = error instanceof Fault ? error : null;
    const { id, kind } = notice;
    if (fault?.code === 'chat_busy') {
      log.debug('a notice waits, as the chat is busy', { notice: id, kind, error });
      await store.noteUntried(notice, fault.facts.retryAfterSeconds ?? 1);
      return fault.code;
    }
    const isLast = isHopeless(fault, notice);
    const level = fault === null ? 'error' : 'warn';
    log[level]('a notice was not delivered', { notice: id, kind, isLast, error });
    await store.noteUnsent(notice, isLast ? null : pauseSeconds(fault, notice));
    return fault?.code ?? null;
  }
}

/** A chat that is away comes back some time; what it refuses, it refuses again. */
function isHopeless(fault: Fault | null, { attempts }: Notice): boolean {
  if (fault?.code === 'chat_refused' || fault?.code === 'chat_channel_lost') return true;
  return attempts >= mostAttempts && fault?.code !== 'chat_unreachable';
}

function pauseSeconds(fault: Fault | null, { attempts }: Notice): number {
  const longest = fault?.code === 'chat_unreachable' ? restSeconds * 4 : longestPauseSeconds;
  return Math.min(2 ** Math.min(attempts, 12), longest);
}
