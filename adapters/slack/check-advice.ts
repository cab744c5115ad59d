import { WebAPIPlatformError } from '@slack/web-api';
import { bad, type Finding } from '../../core/finding.ts';
import { botAdvice } from './advice.ts';
import { innermost, slackError, toFault } from './faults.ts';

const newAppToken =
  'At api.slack.com/apps under Basic Information, App-Level Tokens, make one with connections:write and put it into SLACK_APP_TOKEN.';
const turnOnSockets = 'At api.slack.com/apps under Socket Mode, turn it on.';

const appAdvice: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(botAdvice).map((why) => [why, newAppToken])),
  socket_mode_not_enabled: turnOnSockets,
  forbidden_method: turnOnSockets,
};

/** What a call failed with, and what to do about it. */
export function refused(subject: string, error: unknown, token: 'bot' | 'app' = 'bot'): Finding {
  const { cause, code } = toFault(error);
  const why = slackError(cause);
  if (code === 'aborted') return bad(subject, 'Slack took too long', 'Try again in a minute.');
  if (code === 'chat_busy')
    return bad(subject, 'Slack wants to be asked later', 'Try again in a minute.');
  if (why === null)
    return bad(
      subject,
      `Slack does not answer: ${innermost(cause)}`,
      'Can this machine reach it, or is a proxy between?',
    );
  const advice = (token === 'bot' ? botAdvice : appAdvice)[why] ?? tryAgain;
  return bad(subject, `Slack says ${why}${scopeIn(cause)}`, advice);
}

const tryAgain = 'docs.slack.dev/reference/methods says what that means.';

/** Which scope it was that is missing. */
function scopeIn(cause: unknown): string {
  const said: unknown = cause instanceof WebAPIPlatformError ? cause.data : null;
  if (typeof said !== 'object' || said === null || !('needed' in said)) return '';
  return `: ${String(said.needed)}`;
}
