import { unreachable } from '../../core/assert.ts';
import { Fault } from '../../core/fault.ts';
import type { Message, Platform } from '../../core/message.ts';
import type { Policy } from '../../core/policy.ts';
import type { Chat, Clock, Log } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import type { Notice, SessionView } from '../../core/view.ts';
import { placeOf } from '../commands/sessions.ts';
import { renderEnded, renderEndingSoon, renderReady, renderSession } from '../render/session.ts';
import { createLoop, type Loop } from './loop.ts';

type Deps = {
  store: Store;
  clock: Clock;
  log: Log;
  policy: Policy;
  chats: ReadonlyMap<Platform, Chat>;
};

const batch = 20;
const burstMillis = 100;
/** How long a deliverer has a notice to itself: longer than the chat's own deadline. */
const claimSeconds = 60;
const deliverySeconds = 30;
const mostAttempts = 20;
const longestPauseSeconds = 600;

/** Delivers what we owe. A notice is rendered when it is sent, so it says what is true then. */
export function createOutboxLoop(deps: Deps): Loop {
  const { store } = deps;
  return createLoop({
    ...deps,
    name: 'outbox',
    everyMillis: 1000,
    async runOnce(signal) {
      // Changes come in bursts: a message that waits for the next one need not be edited twice.
      await deps.clock.sleep(burstMillis, signal);
      while (!signal.aborted) {
        const notices = await store.claimNotices({
          platforms: [...deps.chats.keys()],
          limit: batch,
          seconds: claimSeconds,
        });
        // All at once, so that each is done before its claim can lapse.
        await Promise.all(notices.map((notice) => deliverOne(deps, notice, signal)));
        if (notices.length < batch) return;
      }
    },
  });
}

async function deliverOne(deps: Deps, notice: Notice, signal: AbortSignal): Promise<void> {
  const { store, log } = deps;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(deliverySeconds * 1000)]);
  try {
    await deliver(deps, notice, deadline);
    await store.noteSent(notice);
  } catch (error) {
    // A mistake of our own concerns this notice alone: the others of its batch are delivered.
    const fault = error instanceof Fault ? error : null;
    const isLast = notice.attempts >= mostAttempts || fault?.code === 'chat_refused';
    const pause = fault?.facts.retryAfterSeconds ?? 2 ** notice.attempts;
    log[fault === null ? 'error' : 'warn']('a notice was not delivered', {
      notice: notice.id,
      kind: notice.kind,
      isLast,
      error,
    });
    await store.noteUnsent(notice, isLast ? null : Math.min(pause, longestPauseSeconds));
  }
}

async function deliver(deps: Deps, notice: Notice, signal: AbortSignal): Promise<void> {
  const { store, chats } = deps;
  const session = await store.sessionById(notice.sessionId);
  if (session === null) return;
  const { platform, channel } = session.channel;
  const chat = chats.get(platform);
  // Asked for where there is no chat, by the API: its answer said it all.
  if (chat === undefined) return;
  if (notice.kind === 'session_changed') {
    const place = await placeOf({ ...deps, now: deps.clock.now() }, session);
    const message = renderSession({ ...session, url: null, token: null }, place);
    if (session.messageRef) return chat.update(session.messageRef, message, signal);
    const to = { kind: 'channel', channel } as const;
    const ref = await chat.post(to, message, `session:${session.id}`, signal);
    return store.noteMessageRef(session.id, ref);
  }
  const message = renderPrivate(notice.kind, session);
  const externalId = await store.externalIdOf(session.holder.personId, platform);
  if (message === null || externalId === null) return;
  await chat.post({ kind: 'person', externalId }, message, notice.id, signal);
}

/** Null where the news has been overtaken. */
function renderPrivate(
  kind: Exclude<Notice['kind'], 'session_changed'>,
  session: SessionView,
): Message | null {
  switch (kind) {
    case 'session_ready':
      return session.state === 'running' ? renderReady(session) : null;
    case 'ending_soon':
      return session.state === 'running' ? renderEndingSoon(session) : null;
    case 'session_ended':
      return renderEnded(session);
    default:
      return unreachable(kind);
  }
}
