import { checkSlack, slackClock } from '../../adapters/slack/check.ts';
import { createLog } from '../../adapters/system/log.ts';
import { bad, type Finding, note } from '../../core/finding.ts';
import type { Config } from '../config.ts';
import { teamsOf } from '../defaults.ts';
import type { Look } from './look.ts';

/** Slack, and what dibs.yaml says of it. */
export async function checkSlackOf(config: Config, signal: AbortSignal): Promise<Look> {
  const asked = askedOf(config);
  if (config.slack === null) return { findings: [withoutTokens(asked)], clocks: [] };
  const { apiUrl } = config.slack;
  const [findings, clock] = await Promise.all([
    checkSlack({ ...config.slack, ...asked }, { log: createLog('silent'), signal }),
    slackClock(apiUrl, signal),
  ]);
  return { findings, clocks: clock === null ? [] : [clock] };
}

function withoutTokens({ channels, people, groups }: ReturnType<typeof askedOf>): Finding {
  const advice = 'README, “Slack”, says step by step where SLACK_BOT_TOKEN comes from.';
  const named = channels.length + people.length + groups.length;
  if (groups.length > 0)
    return bad('Slack', 'dibs.yaml names user groups, and there is no SLACK_BOT_TOKEN', advice);
  if (named > 0) return note('Slack', 'dibs.yaml speaks of it, and there is no token', advice);
  return note('Slack', 'not set up', advice);
}

/** Each once, however many teams name it. */
function askedOf(config: Config) {
  const teams = teamsOf(config);
  const channels = teams.flatMap(({ name, channels: own, approval: { channel } }) => [
    ...own.map((one) => ({ ...one, of: `team ${name}` })),
    ...(channel === undefined ? [] : [{ ...channel, of: `requests of ${name}` }]),
  ]);
  const people = teams.flatMap((team) => team.people);
  return {
    channels: once(
      channels
        .filter(({ platform }) => platform === 'slack')
        .map(({ channel, of }) => ({ id: channel, of })),
    ),
    people: once(people.flatMap(({ name, slack: id }) => (id ? [{ id, of: name }] : []))),
    groups: once(
      teams.flatMap(({ name, slack: { members, admins } }) => [
        ...members.map((id) => ({ id, of: `members of ${name}` })),
        ...admins.map((id) => ({ id, of: `admins of ${name}` })),
      ]),
    ),
  };
}

function once<Item extends { id: string }>(items: readonly Item[]): Item[] {
  return [...new Map(items.toReversed().map((item) => [item.id, item])).values()].toReversed();
}
