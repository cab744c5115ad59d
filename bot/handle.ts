import type { Person } from '../core/entity.ts';
import type { Commands, Invocation } from '../core/invocation.ts';
import type { Log } from '../core/ports.ts';
import { type CommandContext, refused } from './commands/command.ts';
import { complete } from './commands/complete.ts';
import { parseCommand } from './commands/parse.ts';
import { commands } from './commands/table.ts';

type Deps = Pick<CommandContext, 'store' | 'clock' | 'policy' | 'images' | 'newSecret' | 'wake'> & {
  log: Log;
};

/** Longer than any command that makes sense. */
const mostCharacters = 500;

/** From what somebody typed to the answer: who, which command, with what, run. */
export function createCommands(deps: Deps): Commands {
  return {
    async handle(invocation) {
      const person = await personOf(deps, invocation);
      const { platform, externalId, requestKey } = invocation;
      if (person === null) return refused({ kind: 'person_unknown', platform, externalId });
      const context: CommandContext = {
        ...deps,
        commands,
        requestKey,
        actor: { kind: 'person', personId: person.id, ...person },
        channel: { platform, channel: invocation.channel },
      };
      const typed = invocation.text.slice(0, mostCharacters);
      const parsed = await parseCommand(typed, argumentContext(context));
      if ('refusal' in parsed) return refused(parsed.refusal);
      const reply = await parsed.command.run(context, parsed.given);
      const { ok, refusal } = reply;
      const fields = { command: parsed.command.name, person: person.name, ok };
      deps.log.info('command', refusal ? { ...fields, refusal: refusal.kind } : fields);
      return reply;
    },
    async complete(invocation) {
      const person = await personOf(deps, invocation);
      if (person === null) return [];
      const typed = invocation.text.slice(0, mostCharacters);
      const actor = { personId: person.id, teamId: person.teamId };
      return complete(typed, { ...deps, ...actor, commands });
    },
  };
}

function personOf(
  { store }: Deps,
  { platform, externalId }: Pick<Invocation, 'platform' | 'externalId'>,
): Promise<Person | null> {
  return store.personOf(platform, externalId);
}

function argumentContext({ store, images, actor }: CommandContext) {
  return { store, images, commands, personId: actor.personId, teamId: actor.teamId };
}
