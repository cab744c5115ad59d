import type { Channel, Group, Person } from './entities.ts';
import type { Workspace } from './workspace.ts';

type NewPerson = Pick<Person, 'id' | 'name' | 'standing'> &
  Partial<Pick<Person, 'zone' | 'displayName'>>;
type NewChannel = Pick<Channel, 'id' | 'name'> & {
  members: readonly string[];
  isPrivate?: boolean;
  withBot?: boolean;
};
type NewGroup = Pick<Group, 'id' | 'handle'> & { members: readonly string[] };

/** Who and what there is in the workspace. */
export function createSetting({ people, channels, groups, bot }: Workspace) {
  return {
    addPerson({ zone = 'Europe/Berlin', displayName, ...person }: NewPerson): Person {
      const added = {
        ...person,
        zone,
        displayName: displayName ?? person.name,
        isDeactivated: false,
      };
      people.set(added.id, added);
      return added;
    },
    addChannel({ id, name, members, isPrivate = false, withBot = true }: NewChannel): void {
      const kind = isPrivate ? 'private' : 'public';
      const all = new Set(withBot ? [...members, bot.userId] : members);
      channels.set(id, { id, name, kind, members: all, isArchived: false, messages: [] });
    },
    addGroup({ id, handle, members }: NewGroup): void {
      groups.set(id, { id, handle, members: new Set(members) });
    },
  };
}
