import type { WebClient } from '@slack/web-api';
import { bad, type Finding, good, note } from '../../core/finding.ts';
import { refused } from './check-advice.ts';
import { calling, slackError, toFault } from './faults.ts';
import { standingOf } from './people.ts';

/** By its id on Slack, and what it is there for. */
export type Named = { id: string; of: string };

type Asking = { client: WebClient; ownTeam: string; signal: AbortSignal };

const atOnce = 5;

export function checkChannels(channels: readonly Named[], asking: Asking): Promise<Finding[]> {
  return inTurn(channels, (channel) => checkChannel(channel, asking));
}

async function checkChannel({ id, of }: Named, { client, signal }: Asking): Promise<Finding> {
  const subject = 'Slack channel';
  try {
    const { channel } = await calling(signal, () => client.conversations.info({ channel: id }));
    const name = `#${channel?.name} (${id}, ${of})`;
    if (channel?.is_archived)
      return bad(subject, `${name} is archived`, 'Unarchive it, or name another in dibs.yaml.');
    if (channel?.is_member) return good(subject, name);
    const text = `${name}: Dibs can post there, but is no member`;
    return note(subject, text, 'For votes by reaction, type /invite @Dibs there.');
  } catch (error) {
    if (slackError(toFault(error).cause) !== 'channel_not_found')
      return refused(`${subject} ${id}`, error);
    const advice =
      'Where it is private, type /invite @Dibs there; else take the id from the foot of the channel’s details.';
    return bad(subject, `${id} (${of}) is none that Dibs can see`, advice);
  }
}

/** One line for all who are fine. */
export async function checkPeople(people: readonly Named[], asking: Asking): Promise<Finding[]> {
  const troubles = await inTurn(people, (person) => checkPerson(person, asking));
  const wrong = troubles.filter((trouble) => trouble !== null);
  const fine = people.length - wrong.length;
  if (fine === 0) return wrong;
  return [good('Slack people', `${fine} of ${people.length} may use Dibs`), ...wrong];
}

/** Null: they are a member of the workspace. */
async function checkPerson({ id, of }: Named, asking: Asking): Promise<Finding | null> {
  const { client, ownTeam, signal } = asking;
  const subject = 'Slack person';
  try {
    const { user } = await calling(signal, () => client.users.info({ user: id }));
    const who = `${of} (${id}, @${user?.name})`;
    if (user?.deleted)
      return bad(
        subject,
        `${who} is deactivated`,
        'Take them out of dibs.yaml, or correct the id.',
      );
    const standing = standingOf(user ?? {}, ownTeam);
    if (standing === 'member') return null;
    const text = `${who} is a ${standing === 'bot' ? 'bot' : 'guest'}`;
    return bad(subject, text, 'Only full members of the workspace may spend credits.');
  } catch (error) {
    if (!['user_not_found', 'user_not_visible'].includes(slackError(toFault(error).cause) ?? ''))
      return refused(`${subject} ${of}`, error);
    const advice = 'Their member id is in their profile, under ⋮, Copy member ID.';
    return bad(subject, `${of}: nobody has the id ${id}`, advice);
  }
}

export async function checkGroups(
  groups: readonly Named[],
  { client, signal }: Asking,
): Promise<Finding[]> {
  if (groups.length === 0) return [];
  const subject = 'Slack group';
  try {
    const { usergroups = [] } = await calling(signal, () =>
      client.usergroups.list({ include_count: true, include_disabled: true }),
    );
    return groups.map(({ id, of }) => {
      const found = usergroups.find((one) => one.id === id || one.handle === id.toLowerCase());
      const advice = 'People & user groups, User groups, lists them with their handles and ids.';
      if (found === undefined) return bad(subject, `there is no user group ${id} (${of})`, advice);
      const name = `@${found.handle} (${of})`;
      if (found.date_delete) return bad(subject, `${name} is disabled`, 'Enable it again there.');
      return good(subject, `${name}: ${found.user_count ?? 0} people`);
    });
  } catch (error) {
    return [refused(subject, error)];
  }
}

/** A few at a time, in their order. */
async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map(work))));
  return results;
}
