import type { Clock, GroupMember, Log, UserGroups } from '../../core/ports.ts';
import type { Joined } from '../../core/store.ts';
import type { Config } from '../config.ts';
import type { JoinedByTeam } from '../site.ts';
import { createLoop, type Loop } from './loop.ts';

const everyMillis = 300_000;

type Team = Pick<NonNullable<Config['teams']>[number], 'name' | 'slack'>;
type Members = ReadonlyMap<string, readonly GroupMember[]>;

/**
 * Follows the user groups of Slack that teams are made of. Where Slack does not answer, or does not
 * know one of the groups, everybody stays as they were.
 */
export function createMembersLoop(deps: {
  groups: UserGroups;
  teams: readonly Team[];
  knownByName: Joined['knownByName'];
  setUp(joined: JoinedByTeam): Promise<unknown>;
  clock: Clock;
  log: Log;
}): Loop {
  const { groups, teams, knownByName, setUp, log } = deps;
  const asked = [...new Set(teams.flatMap(({ slack }) => [...slack.members, ...slack.admins]))];
  let last = '';
  return createLoop({
    ...deps,
    name: 'members',
    everyMillis,
    async runOnce(signal) {
      const joined = joinedOf(teams, await groups.membersOf(asked, signal), knownByName);
      const now = keyOf(joined);
      if (now === last) return;
      await setUp(joined);
      last = now;
      const counts = [...joined].map(([team, members]) => `${team}: ${members.length}`);
      log.info('members by user group', { teams: counts });
    },
  });
}

/** Who is in a team by its groups, and an admin of it by one of those for admins. */
export function joinedOf(
  teams: readonly Team[],
  members: Members,
  knownByName: Joined['knownByName'],
): JoinedByTeam {
  return new Map(
    teams.map(({ name, slack }): [string, Joined[]] => {
      const of = (groups: readonly string[]) => groups.flatMap((group) => members.get(group) ?? []);
      const admins = new Set(of(slack.admins).map(({ externalId }) => externalId));
      const all = new Map(
        of([...slack.members, ...slack.admins]).map((member) => [member.externalId, member]),
      );
      // In one order, so that of two with the same handle the same one has it.
      const sorted = [...all.values()].sort((a, b) => (a.externalId < b.externalId ? -1 : 1));
      return [
        name,
        sorted.map(({ externalId, handle }) => {
          const roles = admins.has(externalId) ? (['admin'] as const) : [];
          return { platform: 'slack', externalId, handle, roles, knownByName };
        }),
      ];
    }),
  );
}

/** Names do not change with handles, so those do not count. */
function keyOf(joined: JoinedByTeam): string {
  return JSON.stringify(
    [...joined].map(([team, members]) => [
      team,
      members.map(({ externalId, roles }) => [externalId, ...roles]),
    ]),
  );
}
