import { unreachable } from '../../core/assert.ts';
import type { NoticeKind, RequestNotice, SessionNotice } from '../../core/change.ts';
import type { Channel } from '../../core/entity.ts';
import { Fault } from '../../core/fault.ts';
import type { Message, MessageRef, Platform } from '../../core/message.ts';
import { type Policy, teamPolicyOf } from '../../core/policy.ts';
import type { Chat, Clock, Log } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import type { GrantRequestView, Notice, SessionView } from '../../core/view.ts';
import { placeOf } from '../commands/sessions.ts';
import {
  renderDecided,
  renderReasonAsked,
  renderRequest,
  renderVoteIgnored,
  renderVoteTooLate,
} from '../render/request.ts';
import { renderEnded, renderEndingSoon, renderReady, renderSession } from '../render/session.ts';
import { renderReceived } from '../render/transfer.ts';
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
  switch (notice.kind) {
    case 'session_changed':
    case 'session_ready':
    case 'ending_soon':
    case 'session_ended':
      return deliverOfSession(deps, { ...notice, kind: notice.kind }, signal);
    case 'request_changed':
    case 'request_decided':
    case 'denial_reason_asked':
    case 'vote_ignored':
    case 'vote_too_late':
      return deliverOfRequest(deps, { ...notice, kind: notice.kind }, signal);
    case 'credits_received': {
      const transfer = await deps.store.transferById(notice.about);
      if (transfer !== null)
        await tell(deps, notice, { message: renderReceived(transfer), signal });
      return;
    }
    default:
      return unreachable(notice.kind);
  }
}

type NoticeOf<K extends NoticeKind> = Notice & { kind: K };

async function deliverOfSession(
  deps: Deps,
  notice: NoticeOf<SessionNotice>,
  signal: AbortSignal,
): Promise<void> {
  const { store } = deps;
  const session = await store.sessionById(notice.about);
  if (session === null) return;
  if (notice.kind === 'session_changed') {
    const place = await placeOf({ ...deps, now: deps.clock.now() }, session);
    const message = renderSession(session, place);
    const { id, channel, messageRef } = session;
    const ref = await show(deps, { key: `session:${id}`, message, channel, messageRef }, signal);
    if (ref) await store.noteMessageRef(id, ref);
    return;
  }
  const message = renderPrivate(notice.kind, session);
  if (message === null) return;
  const to = { kind: 'person', personId: session.holder.personId } as const;
  await tell(deps, { ...notice, to }, { message, signal });
}

async function deliverOfRequest(
  deps: Deps,
  notice: NoticeOf<RequestNotice>,
  signal: AbortSignal,
): Promise<void> {
  const { store, policy } = deps;
  const { kind, to } = notice;
  const request = await store.requestById(notice.about);
  if (request === null) return;
  if (kind === 'request_changed') {
    const message = renderRequest(request, teamPolicyOf(policy, request.team).approval);
    const { id, channel, messageRef } = request;
    const ref = await show(deps, { key: `request:${id}`, message, channel, messageRef }, signal);
    if (ref) await store.noteRequestMessage(id, ref);
    return;
  }
  await tell(deps, notice, { message: renderToOne(kind, to, request), signal });
}

/** Posts a message, or brings it up to date. Answers where it is if that is new. */
async function show(
  { chats }: Deps,
  shown: { key: string; message: Message; channel: Channel; messageRef: MessageRef | null },
  signal: AbortSignal,
): Promise<MessageRef | null> {
  const { key, message, channel, messageRef } = shown;
  const chat = chats.get(channel.platform);
  // Asked for where there is no chat, by the API: its answer said it all.
  if (chat === undefined) return null;
  if (messageRef === null)
    return chat.post({ kind: 'channel', channel: channel.channel }, message, key, signal);
  await chat.update(messageRef, message, signal);
  return null;
}

/** Says it to one alone: there where the notice belongs, else where they can be reached. */
async function tell(
  { store, chats }: Deps,
  { id, platform, to }: Notice,
  { message, signal }: { message: Message; signal: AbortSignal },
): Promise<void> {
  const address =
    to?.kind === 'person'
      ? await store.addressOf(to.personId, platform, [...chats.keys()])
      : to && { platform, externalId: to.externalId };
  const chat = address && chats.get(address.platform);
  if (!chat) return;
  const { externalId } = address;
  await chat.post({ kind: 'person', externalId }, message, id, signal);
}

/** Null where the news has been overtaken. */
function renderPrivate(
  kind: Exclude<SessionNotice, 'session_changed'>,
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

function renderToOne(
  kind: Exclude<RequestNotice, 'request_changed'>,
  to: Notice['to'],
  request: GrantRequestView,
): Message {
  switch (kind) {
    case 'request_decided':
      return renderDecided(request);
    case 'denial_reason_asked':
      return renderReasonAsked(request);
    case 'vote_ignored':
      return renderVoteIgnored(request, to?.kind === 'person' && to.personId === request.personId);
    case 'vote_too_late':
      return renderVoteTooLate(request);
    default:
      return unreachable(kind);
  }
}
