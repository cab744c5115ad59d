import { grant } from '../core/actions/grant.ts';
import type { Joined, SetUp, Site, Store } from '../core/store.ts';
import type { Config } from './config.ts';
import { teamsOf } from './defaults.ts';

type Team = NonNullable<Config['teams']>[number];
type Fleet = {
  simulated: boolean;
  hosts: readonly { name: string; docker?: string }[];
};
/** Who is in a team by a user group, by the team's name. */
export type JoinedByTeam = ReadonlyMap<string, readonly Joined[]>;

/**
 * Sets up what is configured, with those who were in the teams by user groups before: whoever has
 * left since is told by the first look at the groups, which nobody waits for.
 */
export async function setUpSite(store: Store, config: Config, fleet: Fleet): Promise<SetUp> {
  const teams = teamsOf(config);
  const setUp = await store.setUp(siteOf(config, fleet, await joinedBefore(store, config)));
  for (const team of setUp.teams) {
    const amount = teams.find(({ name }) => name === team.name)?.credits ?? 0n;
    if (amount === 0n) continue;
    // The key makes it the first grant of the team, whatever the configuration says later.
    const recorded = { accountId: team.accountId, amount, reason: 'first credits' };
    await store.perform(grant, {
      requestKey: `first-credits:${team.teamId}`,
      actor: { kind: 'system', name: 'set-up' },
      input: recorded,
    });
  }
  return setUp;
}

/** What the database is to hold of the configuration and of the user groups. */
export function siteOf(config: Config, fleet: Fleet, joined: JoinedByTeam): Site {
  return {
    teams: teamsOf(config).map(({ name, zone, channels, people }) => ({
      name,
      zone,
      channels,
      people: people.map((person) => toSitePerson(config, person)),
      joined: joined.get(name) ?? [],
    })),
    hosts: fleet.hosts.map(({ name, docker: address = `simulated:${name}` }) => {
      return { name, address, simulated: fleet.simulated };
    }),
  };
}

function toSitePerson(config: Config, { name, admin, slack, discord }: Team['people'][number]) {
  return {
    name,
    roles: admin ? ['admin' as const] : [],
    identities: [
      ...namedOn(config).map((platform) => ({ platform, externalId: name })),
      ...(slack === undefined ? [] : [{ platform: 'slack' as const, externalId: slack }]),
      ...(discord === undefined ? [] : [{ platform: 'discord' as const, externalId: discord }]),
    ],
  };
}

/** Where people are known by the name that they have here. */
export function namedOn({ console: hasConsole }: Config): ('api' | 'console')[] {
  return hasConsole ? ['api', 'console'] : ['api'];
}

export function hasGroups({ slack: { members, admins } }: Team): boolean {
  return members.length + admins.length > 0;
}

/** Members of such teams by their groups, as far as we know, whom the configuration does not name. */
async function joinedBefore(store: Store, config: Config): Promise<JoinedByTeam> {
  const teams = teamsOf(config).filter(hasGroups);
  if (teams.length === 0) return new Map();
  const before = await store.membershipsOn('slack');
  return new Map(
    teams.map(({ name: team, people }): [string, Joined[]] => {
      const own = before.filter(
        (member) => member.team === team && !people.some(({ name }) => name === member.name),
      );
      return [
        team,
        own.map(({ externalId, name }) => {
          const knownByName = namedOn(config);
          // Who is an admin, the groups say when they are asked.
          return { platform: 'slack', externalId, handle: name, roles: [], knownByName };
        }),
      ];
    }),
  );
}
