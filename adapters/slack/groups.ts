import type { WebClient } from '@slack/web-api';
import { Fault } from '../../core/fault.ts';
import type { Clock, GroupMember, UserGroups } from '../../core/ports.ts';
import { calling, slackError, toFault } from './faults.ts';
import { standingOf } from './people.ts';

/** Whether somebody is still a full member is asked anew after that. */
const rememberSeconds = 3600;
const atOnce = 5;
const mostMembers = 2000;

type Known = { member: GroupMember | null; until: number };

/** Slack's user groups. Only full members of the workspace are let in. */
export function createUserGroups({
  client,
  clock,
}: {
  client: WebClient;
  clock: Clock;
}): UserGroups {
  const known = new Map<string, Known>();
  let ownTeam: string | null = null;

  async function memberOf(externalId: string, signal: AbortSignal): Promise<GroupMember | null> {
    const now = clock.now().getTime();
    const earlier = known.get(externalId);
    if (earlier && earlier.until > now) return earlier.member;
    ownTeam ??= (await calling(signal, () => client.auth.test())).team_id ?? '';
    const user = await userOf(externalId, signal);
    const isMember = user !== null && standingOf(user, ownTeam) === 'member';
    const member = isMember ? { externalId, handle: user.name ?? '' } : null;
    known.set(externalId, { member, until: now + rememberSeconds * 1000 });
    return member;
  }

  /** Null: whom Slack does not show us is no member. */
  async function userOf(user: string, signal: AbortSignal) {
    try {
      return (await calling(signal, () => client.users.info({ user }))).user ?? null;
    } catch (error) {
      const said = slackError(toFault(error).cause) ?? '';
      if (['user_not_found', 'user_not_visible', 'users_not_found'].includes(said)) return null;
      throw error;
    }
  }

  return {
    async membersOf(groups, signal) {
      // One call for all groups: those for one are allowed twenty times a minute.
      const { usergroups = [] } = await calling(signal, () =>
        client.usergroups.list({ include_users: true }),
      );
      const usersOf = new Map(
        groups.map((group) => {
          const found = usergroups.find(({ id, handle }) => id === group || isSame(handle, group));
          if (found?.users) return [group, found.users];
          throw new Fault('chat_refused', { detail: `there is no user group ${group}` });
        }),
      );
      const ids = [...new Set([...usersOf.values()].flat())];
      if (ids.length > mostMembers)
        throw new Fault('chat_refused', { detail: `${ids.length} people are in user groups` });
      for (const externalId of known.keys())
        if (!ids.includes(externalId)) known.delete(externalId);
      const members = new Map<string, GroupMember | null>();
      for (let at = 0; at < ids.length; at += atOnce) {
        const some = ids.slice(at, at + atOnce);
        await Promise.all(some.map(async (id) => void members.set(id, await memberOf(id, signal))));
      }
      return new Map(
        [...usersOf].map(([group, users]) => [group, users.flatMap((id) => members.get(id) ?? [])]),
      );
    },
  };
}

function isSame(handle: string | undefined, asked: string): boolean {
  return handle?.toLowerCase() === asked.toLowerCase();
}
