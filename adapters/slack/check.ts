import type { WebClient } from '@slack/web-api';
import { type ClockReading, clockReading } from '../../core/clock-reading.ts';
import { bad, type Finding, good, note } from '../../core/finding.ts';
import type { Log } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import { reinstall } from './advice.ts';
import { refused } from './check-advice.ts';
import { checkChannels, checkGroups, checkPeople, type Named } from './check-places.ts';
import { calling } from './faults.ts';
import { botScopes } from './manifest.ts';
import { createWebClient } from './web-client.ts';

export type SlackAsked = {
  botToken: Secret;
  /** Null: signed HTTP. */
  appToken: Secret | null;
  apiUrl: string;
  /** By their ids, each with what it is there for: `team vision`. */
  channels: readonly Named[];
  people: readonly Named[];
  /** By id or handle. */
  groups: readonly Named[];
};

/** Asks Slack about all that Dibs needs of it, and changes nothing there. */
export async function checkSlack(
  { botToken, appToken, apiUrl, channels, people, groups }: SlackAsked,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<Finding[]> {
  const client = createWebClient(botToken, { apiUrl, log });
  const [bot, way] = await Promise.all([
    checkBot(client, signal),
    appToken === null
      ? signedHttp
      : checkSocket(createWebClient(appToken, { apiUrl, log }), signal),
  ]);
  if (bot.ownTeam === null) return [...bot.findings, way];
  const asking = { client, ownTeam: bot.ownTeam, signal };
  return [
    ...bot.findings,
    way,
    ...(await checkChannels(channels, asking)),
    ...(await checkPeople(people, asking)),
    ...(await checkGroups(groups, asking)),
  ];
}

async function checkBot(
  client: WebClient,
  signal: AbortSignal,
): Promise<{ findings: Finding[]; ownTeam: string | null }> {
  try {
    const known = await calling(signal, () => client.auth.test());
    const bot = good('Slack bot', `“${known.user}” in the workspace “${known.team}”`);
    const scopes = checkScopes(known.response_metadata?.scopes ?? []);
    return { findings: [bot, scopes], ownTeam: known.team_id ?? '' };
  } catch (error) {
    return { findings: [refused('Slack bot', error)], ownTeam: null };
  }
}

/** Those that the token has, as the header of every answer lists them. */
function checkScopes(granted: readonly string[]): Finding {
  const missing = botScopes.filter((scope) => !granted.includes(scope));
  if (missing.length === 0) return good('Slack scopes', `all ${botScopes.length} are granted`);
  const text = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
  return bad('Slack scopes', text, reinstall);
}

/** It gives an address, to which nobody connects. */
async function checkSocket(client: WebClient, signal: AbortSignal): Promise<Finding> {
  try {
    await calling(signal, () => client.apps.connections.open());
    return good('Slack socket', 'Socket Mode can connect');
  } catch (error) {
    return refused('Slack socket', error, 'app');
  }
}

const signedHttp = note(
  'Slack HTTP',
  'whether Slack reaches Dibs, and the signing secret is right, only Slack can say',
  'While Dibs runs, press Retry at api.slack.com/apps under Event Subscriptions, Request URL.',
);

/** Slack's clock, from the header of any answer; null: it gives none. */
export async function slackClock(
  apiUrl: string,
  signal: AbortSignal,
): Promise<ClockReading | null> {
  const askedAt = new Date();
  const answer = await fetch(`${apiUrl}api.test`, { method: 'POST', signal }).catch(() => null);
  const date = answer?.headers.get('date') ?? null;
  if (date === null) return null;
  return clockReading('Slack', new Date(date), { askedAt, answeredAt: new Date() });
}
