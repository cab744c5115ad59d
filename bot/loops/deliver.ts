import type { Access } from '../../core/access.ts';
import { assert, unreachable } from '../../core/assert.ts';
import type { NoticeKind, RequestNotice, SessionNotice } from '../../core/change.ts';
import type { Channel } from '../../core/entity.ts';
import { Fault } from '../../core/fault.ts';
import type { Address, Message, MessageRef, Platform } from '../../core/message.ts';
import { type Policy, teamPolicyOf } from '../../core/policy.ts';
import type { Chat, Clock } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import type { GrantRequestView, Notice, SessionView } from '../../core/view.ts';
import { linkOf } from '../access.ts';
import { placeOf } from '../commands/sessions.ts';
import { renderChannelLost } from '../render/channel-lost.ts';
import { renderReady } from '../render/ready.ts';
import {
  renderDecided,
  renderReasonAsked,
  renderRequest,
  renderVoteIgnored,
  renderVoteTooLate,
} from '../render/request.ts';
import { renderEnded, renderEndingSoon, renderSession } from '../render/session.ts';
import { renderSessionNews } from '../render/session-news.ts';
import { renderReceived } from '../render/transfer.ts';

type Deps = {
  store: Store;
  clock: Clock;
  policy: Policy;
  access: Access;
  chats: ReadonlyMap<Platform, Chat>;
};
/** How late a warning may be that names the time that is left. */
const lateSeconds = 120;

type NoticeOf<K extends NoticeKind> = Notice & { kind: K };

/** Says what a notice is about, as it is now. */
export async function deliver(deps: Deps, notice: Notice, signal: AbortSignal): Promise<void> {
  switch (notice.kind) {
    case 'session_changed':
    case 'session_ready':
    case 'ending_soon':
    case 'session_ended':
    case 'session_news':
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
    case 'channel_lost': {
      const { store } = deps;
      const request = await store.requestById(notice.about);
      const about = request ?? (await store.sessionById(notice.about));
      if (about === null) return;
      const message = renderChannelLost(about.channel, request);
      return tell(deps, notice, { message, signal });
    }
    default:
      return unreachable(notice.kind);
  }
}

async function deliverOfSession(
  deps: Deps,
  notice: NoticeOf<SessionNotice>,
  signal: AbortSignal,
): Promise<void> {
  const { store } = deps;
  const session = await store.sessionById(notice.about);
  if (session === null) return;
  const { id, channel, messageRef, holder } = session;
  if (notice.kind === 'session_changed') {
    const place = await placeOf({ ...deps, now: deps.clock.now() }, session);
    const message = renderSession(session, place);
    const shown = { key: `session:${id}`, message, channel, messageRef };
    const ref = await show(deps, { ...shown, notice, instead: holder.personId }, signal);
    if (ref) await store.noteMessageRef(id, ref);
    return;
  }
  if (notice.kind === 'session_news') return deliverNews(deps, { notice, session }, signal);
  if (isOvertaken(deps, notice, session)) return;
  const message = await renderPrivate(deps.access, notice.kind, session);
  if (message === null) return;
  const to = { kind: 'person', personId: holder.personId } as const;
  const where = notice.kind === 'session_ready' ? channel : null;
  await tell(deps, { ...notice, to }, { message, signal, where });
}

/** After an extension a warning is wrong, and under the message it is of no use when it is late. */
function isOvertaken(
  { clock, policy }: Deps,
  { kind, news }: Notice,
  { state, until }: SessionView,
): boolean {
  const isWarned = news?.kind === 'warned';
  if (kind !== 'ending_soon' && !isWarned) return false;
  if (state !== 'running' || until === null) return true;
  const leftSeconds = (until.getTime() - clock.now().getTime()) / 1000;
  if (!isWarned) return leftSeconds > Math.max(...policy.warnSeconds);
  return leftSeconds > news.seconds || leftSeconds < news.seconds - lateSeconds;
}

/** Only where there is a thread for it: elsewhere the session's message says enough. */
async function deliverNews(
  deps: Deps,
  { notice, session }: { notice: Notice; session: SessionView },
  signal: AbortSignal,
): Promise<void> {
  const { id, news, attempts } = notice;
  assert(news, 'news are about something that happened');
  const chat = deps.chats.get(notice.platform);
  if (!chat?.hasThreads || isOvertaken(deps, notice, session)) return;
  const { messageRef: thread } = session;
  // The message comes first, so it never will: it was given up.
  if (thread === null) return;
  const to = { kind: 'channel', channel: thread.channel } as const;
  const message = renderSessionNews(session, news);
  await chat.post({ to, message, key: id, isRepeat: attempts > 1, thread }, signal);
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
    const shown = { key: `request:${id}`, message, channel, messageRef };
    const ref = await show(deps, { ...shown, notice, instead: null }, signal);
    if (ref) await store.noteRequestMessage(id, ref);
    return;
  }
  await tell(deps, notice, { message: renderToOne(kind, to, request), signal });
}

type Shown = {
  key: string;
  notice: Notice;
  message: Message;
  channel: Channel;
  messageRef: MessageRef | null;
  /** Who has it by direct message where the channel does not take it; null: nobody. */
  instead: string | null;
};

/** Posts a message, or brings it up to date. Answers where it is if that is new. */
async function show(deps: Deps, shown: Shown, signal: AbortSignal): Promise<MessageRef | null> {
  const { message, channel, messageRef, key, notice } = shown;
  const chat = deps.chats.get(channel.platform);
  // Asked for where there is no chat, by the API: its answer said it all.
  if (chat === undefined) return null;
  const post = (to: Address, as: string) =>
    chat.post({ to, message, key: as, isRepeat: notice.attempts > 1, thread: null }, signal);
  try {
    if (messageRef === null) return await post({ kind: 'channel', channel: channel.channel }, key);
    await chat.update(messageRef, message, signal);
    return null;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'chat_channel_lost') throw error;
    await deps.store.noteChannelLost(notice, channel);
    if (shown.instead === null) throw error;
    const platform = channel.platform;
    const address = await deps.store.addressOf(shown.instead, platform, [platform]);
    if (address === null) throw error;
    return post({ kind: 'person', externalId: address.externalId }, `${key}:instead`);
  }
}

type Told = { message: Message; signal: AbortSignal; where?: Channel | null };

/** Says it to one alone: there where the notice belongs, else where they can be reached. */
async function tell(
  { store, chats }: Deps,
  { id, platform, to, attempts }: Notice,
  { message, signal, where = null }: Told,
): Promise<void> {
  const address =
    to?.kind === 'person'
      ? await store.addressOf(to.personId, platform, [...chats.keys()])
      : to && { platform, externalId: to.externalId };
  const chat = address && chats.get(address.platform);
  if (!chat) return;
  const { externalId } = address;
  const isThere = where?.platform === address.platform;
  const target: Address = isThere
    ? { kind: 'aside', externalId, channel: where.channel, reply: null }
    : { kind: 'person', externalId };
  const posted = { to: target, message, key: id, isRepeat: attempts > 1, thread: null };
  await chat.post(posted, signal);
}

/** Null where the news has been overtaken. */
async function renderPrivate(
  access: Access,
  kind: Exclude<SessionNotice, 'session_changed' | 'session_news'>,
  session: SessionView,
): Promise<Message | null> {
  switch (kind) {
    case 'session_ready': {
      const link = await linkOf(access, session);
      return link === null ? null : renderReady(session, link);
    }
    case 'ending_soon':
      return renderEndingSoon(session);
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
