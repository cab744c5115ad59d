import type { KnownBlock } from '@slack/types';
import { Fault } from '../../core/fault.ts';
import type { SlackReply } from './reply.ts';

const respondMillis = 10_000;

/**
 * Answers by a response_url. False: it is used up or too old, and the answer has to take another
 * way. docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
export async function respond(
  reply: Exclude<SlackReply, { kind: 'home' }>,
  content: { text: string; blocks: KnownBlock[] },
  signal: AbortSignal,
): Promise<boolean> {
  const how =
    reply.kind === 'replace'
      ? { replace_original: true }
      : { response_type: 'ephemeral', replace_original: false };
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(respondMillis)]);
  const answer = await fetch(reply.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...how, ...content }),
    redirect: 'error',
    signal: deadline,
  }).catch((error: unknown) => {
    if (signal.aborted) throw new Fault('aborted', {}, signal.reason);
    throw new Fault('chat_unreachable', { detail: 'Slack does not answer' }, error);
  });
  if (answer.status === 429) {
    const retryAfterSeconds = Number(answer.headers.get('retry-after')) || 1;
    throw new Fault('chat_busy', { retryAfterSeconds });
  }
  if (answer.status >= 500) throw new Fault('chat_unreachable', { detail: `${answer.status}` });
  await answer.text();
  return answer.ok;
}
